// Keeps an open page up to date. It asks for the number of the newest facts; when that
// moves, or a part of the page was still being computed, the page is fetched again and its
// middle exchanged, with what the reader has opened, focused and scrolled left as it was.
// When nobody answers, the page stays, and says how old it is.
import { drawAll, forget } from "./charts";

const every = 2000;
const patience = 10000; // for one answer

let since = Date.now(); // when the page was last known to be the newest

export function elapsed(ms: number): string {
  const minutes = Math.floor(ms / 60000);
  const [n, unit] = minutes < 1 ? [Math.max(1, Math.round(ms / 1000)), "second"] : minutes < 120 ? [minutes, "minute"] : [Math.floor(minutes / 60), "hour"];
  const text = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }).format(n);
  return (document.body.dataset["ago"] ?? "{0}").replace("{0}", text);
}

const onText = document.querySelector("#live .live-text")?.textContent ?? "";

function show(lost: boolean): void {
  const status = document.getElementById("live");
  const text = status?.querySelector(".live-text");
  if (!status || !text) return;
  status.classList.toggle("lost", lost);
  const words = lost ? `${document.body.dataset["lost"] ?? ""} ${elapsed(Date.now() - since)}` : onText;
  if (text.textContent !== words) text.textContent = words;
}

// exchange puts the new middle of the page in place of the old one. Charts stay where
// they are and move to their new values.
export function exchange(fresh: HTMLElement): void {
  const old = document.getElementById("main");
  if (!old) return;
  for (const details of old.querySelectorAll<HTMLDetailsElement>("details[id]")) {
    const twin = fresh.querySelector<HTMLDetailsElement>(`#${CSS.escape(details.id)}`);
    if (!twin) continue;
    twin.open = details.open;
    const from = details.querySelector(".scroll");
    if (from) kept.push([details.id, from.scrollTop, from.scrollLeft]);
  }
  const hosts = [...old.querySelectorAll<HTMLElement>("[data-plot]")];
  for (const host of hosts) {
    const twin = fresh.querySelector<HTMLElement>(`#${CSS.escape(host.id)}`);
    if (!twin) continue;
    const linked = host.classList.contains("linked");
    host.className = twin.className;
    host.classList.toggle("linked", linked);
    twin.replaceWith(host);
  }
  const focused = document.activeElement instanceof HTMLElement && old.contains(document.activeElement) ? pathOf(document.activeElement) : "";
  const [x, y] = [scrollX, scrollY];
  old.replaceChildren(...fresh.childNodes);
  old.dataset["generation"] = fresh.dataset["generation"] ?? "";
  for (const [id, top, left] of kept.splice(0)) document.querySelector(`#${CSS.escape(id)} .scroll`)?.scrollTo(left, top);
  if (focused) document.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
  scrollTo({ left: x, top: y, behavior: "instant" });
  drawAll();
  forget(hosts);
}

const kept: [string, number, number][] = [];

// pathOf names an element by its way from the middle of the page.
function pathOf(element: HTMLElement): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at && at.id !== "main"; at = at.parentElement) {
    if (at.id) {
      steps.unshift(`#${CSS.escape(at.id)}`);
      break;
    }
    const place = [...(at.parentElement?.children ?? [])].indexOf(at) + 1;
    steps.unshift(`${at.localName}:nth-child(${place})`);
  }
  return steps.join(" > ");
}

// busy: the reader is filling something in, or has, which an exchange would wipe out.
function busy(): boolean {
  const at = document.activeElement;
  if (document.querySelector("details.custom[open]") !== null || at instanceof HTMLInputElement || at instanceof HTMLSelectElement || at instanceof HTMLTextAreaElement) return true;
  return [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("main form[method=post] input:not([type=hidden]), main form[method=post] textarea")].some(
    (field) => field.value !== field.defaultValue || (field instanceof HTMLInputElement && field.checked !== field.defaultChecked),
  );
}

async function ask(): Promise<void> {
  const path = document.body.dataset["live"];
  const main = document.getElementById("main");
  if (!path || !main?.dataset["generation"]) return;
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(patience) });
  // Whose session has ended is not left with what it showed: the page leads to the sign-in page.
  if (answer.status === 401) location.reload();
  if (!answer.ok) throw new Error(`live: ${answer.status}`);
  const news = (await answer.json()) as { generation: number; stale: boolean };
  if (news.stale) throw new Error("live: the store cannot be asked");
  const old = String(news.generation) !== main.dataset["generation"] || main.querySelector("[data-pending]") !== null;
  if (old && !busy()) {
    const page = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(patience) });
    if (!page.ok) throw new Error(`page: ${page.status}`);
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").getElementById("main");
    if (fresh) exchange(fresh);
  }
  since = Date.now();
}

// watch asks while the page can be seen.
export function watch(): void {
  let misses = 0;
  const turn = async (): Promise<void> => {
    if (document.visibilityState === "visible") {
      try {
        await ask();
        misses = 0;
      } catch {
        misses++;
      }
      show(misses >= 2);
    }
    setTimeout(() => void turn(), misses > 5 ? 5 * every : every);
  };
  setTimeout(() => void turn(), every);
}
