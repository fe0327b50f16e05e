// Keeps a wall up to date. A stream tells the number of the newest facts; when it moves, the page is fetched again,
// through the gate. When nothing has been heard for a while, the wall says so, and how old it is.
import { elapsed, exchange } from "./live";

const patience = 40000; // two beats and a half
const again = 30000;

export function watchWall(): void {
  const path = document.body.dataset["events"];
  if (!path) return;
  const state = document.getElementById("wall-state");
  const words = state?.querySelector(".wall-text");
  const on = words?.textContent ?? "";
  let heard = Date.now();
  let failed = false; // the last fetch of the page
  let busy = false;
  let newest = "";

  async function refresh(): Promise<void> {
    const main = document.getElementById("main");
    if (busy || !main || newest === "" || main.dataset["generation"] === newest) return;
    busy = true;
    try {
      const page = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(20000) });
      const fresh = page.ok ? new DOMParser().parseFromString(await page.text(), "text/html") : null;
      const middle = fresh?.body.dataset["events"] ? fresh.getElementById("main") : null;
      failed = middle === null; // an error, or the page to sign in on
      if (middle) exchange(middle);
    } catch {
      failed = true;
    } finally {
      busy = false;
      tick();
    }
  }

  function listen(): void {
    const stream = new EventSource(path ?? "");
    stream.addEventListener("beat", () => (heard = Date.now()));
    stream.addEventListener("generation", (event) => {
      heard = Date.now();
      newest = (event as MessageEvent<string>).data;
      void refresh();
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, again);
    });
  }

  function tick(): void {
    const at = document.querySelector<HTMLTimeElement>("time[data-asof]");
    const age = document.querySelector("[data-age]");
    if (at && age) age.textContent = elapsed(Date.now() - Date.parse(at.dateTime));
    const lost = failed || Date.now() - heard > patience;
    const text = lost ? `${document.body.dataset["lost"] ?? ""} ${elapsed(Date.now() - heard)}` : on;
    state?.classList.toggle("lost", lost);
    if (words && words.textContent !== text) words.textContent = text;
  }

  listen();
  tick();
  setInterval(() => {
    tick();
    void refresh(); // the last one failed, or brought figures that were not the newest
  }, 5000);
}
