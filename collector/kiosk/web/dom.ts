// Elements without any HTML text: what staff type in can never become markup.
import type { Both } from "./words";

type Child = Node | string | undefined;
type Attributes = Record<string, string | boolean | (() => void)>;

// el makes an element; a function is a click handler, true a bare attribute.
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const name of Object.keys(attributes)) {
    const value = attributes[name] ?? false;
    if (typeof value === "function") node.addEventListener("click", value);
    else if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  append(node, children);
  return node;
}

function append(node: Element, children: Child[]): void {
  for (const child of children) if (child !== undefined) node.append(child);
}

export interface Shape {
  tag: "circle" | "path" | "rect";
  with: Record<string, string>;
}

// svg makes a drawing of paths; it is decoration, so readers pass over it.
export function svg(name: string, box: string, ...shapes: Shape[]): SVGElement {
  const space = "http://www.w3.org/2000/svg";
  const root = document.createElementNS(space, "svg");
  root.setAttribute("viewBox", box);
  root.setAttribute("class", name);
  root.setAttribute("aria-hidden", "true");
  root.setAttribute("focusable", "false");
  for (const shape of shapes) {
    const node = document.createElementNS(space, shape.tag);
    for (const name of Object.keys(shape.with)) node.setAttribute(name, shape.with[name] ?? "");
    root.append(node);
  }
  return root;
}

// both shows a text in both languages, Chinese first.
export function both(text: Both): [HTMLElement, HTMLElement] {
  return [el("span", { class: "zh", lang: "zh-CN" }, text.zh), el("span", { class: "en", lang: "en" }, text.en)];
}
