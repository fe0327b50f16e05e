// What citizens see. These functions draw and decide nothing.
import { both, el } from "./dom";
import { face, mark, tick } from "./faces";
import type { Level } from "./store";
import { type Both, citizen, levels } from "./words";

export interface Frame {
  root: HTMLElement;
  status: HTMLElement;
}

// frame is the header with the name of the place, the screen, and the line below.
export function frame(place: string, screen: HTMLElement): Frame {
  const status = el("p", { class: "status", role: "status" });
  const root = el(
    "div",
    { class: "frame" },
    el(
      "header",
      { class: "band", "data-staff": true },
      mark(),
      el("span", { class: "brand" }, ...both(citizen.brand)),
      place ? el("span", { class: "place" }, place) : undefined,
    ),
    screen,
    el("footer", { class: "foot" }, status),
  );
  return { root, status };
}

function textOf(level: Level): Both {
  return levels.find((l) => l.level === level)?.text ?? { zh: "", en: "" };
}

// heading takes the focus when its screen appears, so that it is read out.
function heading(text: Both): HTMLElement {
  return el("h1", { tabindex: "-1", id: "heading" }, ...both(text));
}

// rateScreen shows the five buttons, all alike. before is the level that is being
// corrected; it is told in words and marks no button.
export function rateScreen(choose: (level: Level) => void, before?: Level, keep?: () => void): HTMLElement {
  const buttons = levels.map((l, i) =>
    el(
      "button",
      { class: "level", type: "button", "data-level": String(l.level), "aria-keyshortcuts": String(i + 1), click: () => choose(l.level) },
      face(l.level),
      el("span", { class: "words" }, ...both(l.text)),
      el("kbd", { class: "shortcut", "aria-hidden": "true" }, String(i + 1)),
    ),
  );
  return el(
    "main",
    { class: "screen rate", "data-screen": before === undefined ? "rate" : "change" },
    el(
      "div",
      { class: "ask" },
      heading(before === undefined ? citizen.question : citizen.again),
      before === undefined
        ? el("p", { class: "hint" }, ...both(citizen.hint))
        : el("p", { class: "hint" }, ...both(pair(citizen.before, textOf(before)))),
    ),
    el("div", { class: "levels", role: "group", "aria-labelledby": "heading" }, ...buttons),
    keep ? el("div", { class: "actions" }, el("button", { class: "button", type: "button", "data-act": "keep", click: keep }, ...both(citizen.keep))) : undefined,
  );
}

function pair(label: Both, value: Both): Both {
  return { zh: `${label.zh}：${value.zh}`, en: `${label.en}: ${value.en}` };
}

export interface Thanks {
  screen: HTMLElement;
  countdown: HTMLElement;
}

// thanksScreen confirms a tap that is on the disk, and offers to change it.
export function thanksScreen(level: Level, change: () => void, finish: () => void): Thanks {
  // Read out once with the heading, not every second.
  const countdown = el("p", { class: "countdown", "aria-hidden": "true" });
  const screen = el(
    "main",
    { class: "screen thanks", "data-screen": "thanks" },
    tick(),
    heading(citizen.thanks),
    el("div", { class: "chosen" }, face(level), el("p", {}, ...both(pair(citizen.chosen, textOf(level))))),
    el(
      "div",
      { class: "actions" },
      el("button", { class: "button", type: "button", "data-act": "change", click: change }, ...both(citizen.change)),
      el("button", { class: "button main", type: "button", "data-act": "done", click: finish }, ...both(citizen.done)),
    ),
    countdown,
    el("div", { class: "track", "aria-hidden": "true" }, el("div", { class: "bar" })),
  );
  return { screen, countdown };
}
