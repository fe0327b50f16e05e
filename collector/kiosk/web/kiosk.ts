// The kiosk: one screen at a time, and the life of a tap.
//
//   tap ──► on the disk (draft) ──► thanks ──► done, 30 s or a restart ──► queue ──► sent
//               ▲            └─ change ─┘
import { Clock } from "./clock";
import { both, el } from "./dom";
import { uuidv7 } from "./id";
import { frame, rateScreen, thanksScreen } from "./screens";
import { Sender } from "./sender";
import { panelScreen, scannedKey, setupScreen } from "./staff";
import { type Binding, type Draft, type Level, Store } from "./store";
import { type Both, citizen, countdown, languageOf, levels, staffWords } from "./words";

const correctable = 30_000; // ms in which a tap may be changed
const calm = 450; // ms after a new screen in which a touch was still meant for the old one
const panelTime = 60_000; // ms after which an open panel closes
const setupTime = 300_000;
const noticeTime = 8_000;
const holdTime = 3_000; // ms of the long press
const lowSpace = 20 << 20; // bytes

type Screen = "rate" | "change" | "thanks" | "staff";

interface Line {
  kind: "alarm" | "unsent";
  text: Both;
}

class Kiosk {
  private readonly words = staffWords(languageOf());
  private readonly store: Store;
  private readonly clock: Clock;
  private readonly sender: Sender;
  private binding: Binding | undefined;
  private draft: Draft | undefined; // the tap that may still be changed
  private screen: Screen = "staff";
  private status: HTMLElement | undefined;
  private notice: { text: Both; until: number } | undefined;
  private busy = false; // a tap is on its way to the disk
  private openSince = 0;
  private ends = 0; // when the screen gives way
  private countdown: HTMLElement | undefined;
  private counted = -1; // seconds that it shows
  private leftOver = true; // taps of an earlier life, or a release that failed
  private low = false;
  private outdated = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly data: DOMStringMap,
  ) {
    const name = `haochaping-kiosk ${data.scope ?? ""}`;
    this.store = new Store(name);
    this.clock = new Clock(Date.parse(data.built ?? "") || 0);
    this.sender = new Sender(this.store, this.clock, data.api ?? "../api/v1/", () => void this.report());
    this.sender.run(name);
  }

  async start(scanned: string | undefined): Promise<void> {
    window.addEventListener("hashchange", () => {
      // The same page, opened again by a code: it is not loaded anew.
      const again = scannedKey();
      if (again !== undefined) void this.scan(again);
    });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("contextmenu", (event) => event.preventDefault());
    this.watchHeader();
    this.keepShell();
    setInterval(() => void this.beat(), 250);
    setInterval(() => void this.look(), 5_000);
    await this.home();
    if (scanned !== undefined) await this.scan(scanned);
    await this.look();
  }

  // scan offers a key that came with the address. Nothing changes before staff confirm it.
  private async scan(key: string): Promise<void> {
    const draft = this.draft;
    this.draft = undefined;
    if (draft) await this.release(draft.id);
    this.setup(key);
  }

  // home is the screen that a kiosk shows by itself.
  private async home(): Promise<void> {
    try {
      this.binding = await this.store.binding();
    } catch (err) {
      this.failed(err);
    }
    if (this.binding) this.rate();
    else this.setup();
  }

  private show(screen: Screen, node: HTMLElement, lasts = 0): void {
    const drawn = frame(this.binding?.place ?? "", node);
    this.root.textContent = "";
    this.root.append(drawn.root);
    this.screen = screen;
    this.status = drawn.status;
    this.countdown = undefined;
    this.counted = -1;
    this.openSince = performance.now();
    this.ends = lasts > 0 ? this.openSince + lasts : 0;
    this.root.querySelector<HTMLElement>("#heading")?.focus();
    void this.report();
  }

  private rate(): void {
    this.draft = undefined;
    this.show("rate", rateScreen((level) => void this.tap(level)));
  }

  private thanks(draft: Draft): void {
    const drawn = thanksScreen(draft.level, () => this.change(), () => void this.finish());
    this.show("thanks", drawn.screen, correctable);
    this.countdown = drawn.countdown;
    this.count();
  }

  private change(): void {
    if (!this.draft || this.early()) return;
    const draft = this.draft;
    const keep = (): void => {
      if (!this.early() && !this.busy) this.thanks(draft);
    };
    this.show("change", rateScreen((level) => void this.tap(level), draft.level, keep), correctable);
  }

  // early reports that a touch was meant for the screen before this one: the
  // second half of a double touch must not choose anything.
  private early(): boolean {
    return performance.now() - this.openSince < calm;
  }

  // tap is on the disk before anything is said.
  private async tap(level: Level): Promise<void> {
    const binding = this.binding;
    if (this.busy || this.early() || !binding) return;
    this.busy = true;
    const moment = this.clock.now();
    let draft: Draft = { id: uuidv7(moment.at), binding: binding.no, level, moment };
    let late = false;
    try {
      if (this.draft) {
        draft = { ...this.draft, level, moment };
        late = !(await this.store.correct(draft.id, level, moment));
      } else {
        await this.store.hold(draft);
      }
    } catch (err) {
      this.busy = false;
      this.failed(err);
      return;
    }
    this.busy = false;
    this.notice = undefined;
    if (late) {
      this.rate();
      this.say(citizen.late);
      return;
    }
    this.draft = draft;
    this.thanks(draft);
  }

  // finish releases the tap: from here on it cannot be changed.
  private async finish(): Promise<void> {
    if (this.busy || this.early()) return;
    const draft = this.draft;
    this.rate();
    if (draft) await this.release(draft.id);
  }

  private async release(only?: string): Promise<void> {
    try {
      await this.store.release(only);
      if (only === undefined) this.leftOver = false;
      this.sender.kick();
    } catch (err) {
      // It is on the disk as it was, and is released with the next look.
      this.leftOver = true;
      this.failed(err);
    }
    await this.report();
  }

  // beat ends screens whose time is over.
  private async beat(): Promise<void> {
    this.count();
    if (this.ends === 0 || performance.now() < this.ends || this.busy) return;
    this.ends = 0;
    if (this.screen === "staff") await this.home();
    else await this.finish();
  }

  private count(): void {
    const left = Math.max(0, Math.ceil((this.ends - performance.now()) / 1000));
    if (!this.countdown || this.counted === left) return;
    this.counted = left;
    this.countdown.textContent = "";
    this.countdown.append(...both(countdown(left)));
  }

  // look does what must not be forgotten: taps that were never released, space
  // that runs out, a new version of the page.
  private async look(): Promise<void> {
    if (this.leftOver && !this.draft && !this.busy) await this.release();
    try {
      const space = await navigator.storage?.estimate?.();
      const quota = space?.quota ?? 0;
      this.low = quota > 0 && quota - (space?.usage ?? 0) < lowSpace;
    } catch {
      this.low = false; // this browser does not say
    }
    const resting = this.screen === "rate" && !this.busy && performance.now() - this.openSince > 10_000;
    if (this.outdated && resting) location.reload();
    await this.report();
  }

  private say(text: Both): void {
    this.notice = { text, until: performance.now() + noticeTime };
    void this.report();
  }

  // failed says that a tap was not kept; it never looks like thanks.
  private failed(err: unknown): void {
    const full = err instanceof DOMException && err.name === "QuotaExceededError";
    this.say(full ? citizen.full : citizen.broken);
  }

  // report fills the line at the foot of the screen.
  private async report(): Promise<void> {
    let unsent = 0;
    try {
      unsent = (await this.store.summary()).unsent - (this.draft ? 1 : 0);
    } catch {
      this.notice ??= { text: citizen.broken, until: performance.now() + noticeTime };
    }
    if (this.notice && performance.now() > this.notice.until) this.notice = undefined;
    const count = { zh: `${unsent} ${citizen.waiting.zh}`, en: `${unsent} ${citizen.waiting.en}` };
    const parts: Line[] = [];
    if (this.notice) parts.push({ kind: "alarm", text: this.notice.text });
    else if (this.low) parts.push({ kind: "alarm", text: citizen.low });
    else if (this.sender.health === "refused" && unsent > 0) parts.push({ kind: "alarm", text: citizen.key });
    if (unsent > 0) parts.push({ kind: "unsent", text: count });
    this.writeStatus(parts);
  }

  private writeStatus(parts: Line[]): void {
    const key = JSON.stringify(parts);
    const status = this.status;
    if (!status || status.dataset.key === key) return; // what is not new is not read out again
    status.dataset.key = key;
    status.textContent = "";
    for (const part of parts) status.append(el("span", { class: part.kind }, ...both(part.text)));
  }

  private setup(scanned?: string): void {
    const before = this.binding;
    const node = setupScreen(this.words, before, scanned, {
      check: (key) => this.sender.tryKey(key),
      save: async (key, place, otherDevice) => {
        try {
          await this.store.bind(key, place, otherDevice);
        } catch (err) {
          this.failed(err);
          return;
        }
        // Asked once: a browser may otherwise clear what is waiting.
        await navigator.storage?.persist?.().catch(() => false);
        this.sender.retry();
        await this.home();
      },
      ...(before ? { cancel: () => void this.home() } : {}),
    });
    this.show("staff", node, before ? setupTime : 0);
    this.root.querySelector<HTMLElement>(scanned ? "#place" : "#key")?.focus();
  }

  private async panel(): Promise<void> {
    if (this.busy || !this.binding) return;
    const draft = this.draft;
    this.draft = undefined;
    if (draft) await this.release(draft.id);
    try {
      const summary = await this.store.summary();
      const binding = await this.store.binding();
      if (!binding) return;
      const persisted = (await navigator.storage?.persisted?.()) ?? false;
      const state = { ...summary, binding, persisted, health: this.sender.health, arrival: this.sender.arrival, version: this.data.version ?? "", clock: this.clock };
      const node = panelScreen(this.words, state, {
        rekey: () => this.setup(),
        send: () => {
          this.sender.retry();
          setTimeout(() => void (this.root.querySelector('[data-screen="panel"]') && this.panel()), 1_500);
        },
        close: () => void this.home(),
      });
      this.show("staff", node, panelTime);
    } catch (err) {
      this.failed(err);
    }
  }

  // watchHeader opens the panel for whoever holds the header long enough.
  private watchHeader(): void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const pointer = "PointerEvent" in window;
    const stop = (): void => clearTimeout(timer);
    document.addEventListener(pointer ? "pointerdown" : "touchstart", (event) => {
      stop();
      if (!(event.target instanceof Element) || !event.target.closest("[data-staff]")) return;
      timer = setTimeout(() => void this.panel(), holdTime);
    });
    for (const end of pointer ? ["pointerup", "pointercancel"] : ["touchend", "touchcancel"]) {
      document.addEventListener(end, stop);
    }
  }

  // key lets a keyboard choose: 1 to 5 in the order of the screen. Ctrl+Alt+S is
  // the long press of those who cannot press.
  private key(event: KeyboardEvent): void {
    if (event.repeat) return;
    if (event.ctrlKey && event.altKey && event.code === "KeyS") {
      event.preventDefault();
      void this.panel();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || (this.screen !== "rate" && this.screen !== "change")) return;
    const chosen = /^[1-5]$/.test(event.key) ? levels[Number(event.key) - 1] : undefined;
    if (chosen) void this.tap(chosen.level);
  }

  // keepShell has the page kept for a start without a network. Where the browser
  // has no service workers the panel says so.
  private keepShell(): void {
    const workers = navigator.serviceWorker;
    const worker = this.data.worker;
    const scope = this.data.scope;
    if (!workers || !worker || !scope) return;
    if (workers.controller) workers.addEventListener("controllerchange", () => (this.outdated = true));
    workers
      .register(worker, { scope, updateViaCache: "none" })
      .then((registration) => setInterval(() => void registration.update().catch(() => undefined), 3_600_000))
      .catch(() => undefined); // offline: the one of before stays
  }
}

const scanned = scannedKey(); // before anything else: the address is for everybody to see
const root = document.getElementById("kiosk");
if (root) void new Kiosk(root, document.body.dataset).start(scanned);
