// The drawings: five faces of one size and one line, and the small marks.
import { type Shape, svg } from "./dom";
import type { Level } from "./store";

const mouths: Record<Level, string> = {
  5: "M29 57 Q50 62 71 57 Q68 80 50 80 Q32 80 29 57 Z",
  4: "M31 60 Q50 79 69 60",
  3: "M34 65 Q50 71 66 65",
  2: "M34 73 Q50 60 66 73",
  1: "M31 77 Q50 55 69 77",
};

const brows: Partial<Record<Level, string>> = {
  1: "M27 37 L41 30 M73 37 L59 30",
};

// face draws a level. The outline is the same for all.
export function face(level: Level): SVGElement {
  return svg(
    `face face-${level}`,
    "0 0 100 100",
    { tag: "circle", with: { class: "head", cx: "50", cy: "50", r: "45" } },
    { tag: "circle", with: { class: "eye", cx: "35", cy: "43", r: "5" } },
    { tag: "circle", with: { class: "eye", cx: "65", cy: "43", r: "5" } },
    { tag: "path", with: { class: level === 5 ? "mouth open" : "mouth", d: mouths[level] + (brows[level] ?? "") } },
  );
}

export function tick(): SVGElement {
  return svg(
    "tick",
    "0 0 100 100",
    { tag: "circle", with: { cx: "50", cy: "50", r: "46" } },
    { tag: "path", with: { d: "M29 52 L44 67 L72 36" } },
  );
}

export function mark(): SVGElement {
  const bar = (x: number, h: number): Shape => ({
    tag: "rect",
    with: { x: String(x), y: String(24 - h), width: "4", height: String(h), rx: "1.2" },
  });
  return svg("mark", "0 0 28 24", bar(0, 8), bar(6, 11), bar(12, 14.5), bar(18, 19), bar(24, 24));
}
