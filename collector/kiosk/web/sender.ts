// Sends what lies in the queue, oldest first, for as long as it takes. Nothing
// but a receipt that names a rating takes it out of the queue.
import { type Clock, local } from "./clock";
import type { Binding, Entry, Store } from "./store";

// Health is how sending stands. An empty queue is "well".
export type Health = "well" | "offline" | "refused";

const largest = 50; // ratings at a time
const longest = 60_000; // ms between two attempts
const patience = 30_000; // ms for one answer
const idle = 5_000; // ms between two looks at a queue that another tab may have filled
const askAgain = 4 * 3_600_000; // ms between two questions what has arrived
const askSoon = 60_000; // … where the last answer could not say it for certain
const askLater = 600_000; // … where there was no answer

// Outcome of one request. An HTTP answer that is no receipt is "answered": this
// batch may be the reason, so the next one is tried before it comes again.
interface Outcome {
  kind: "receipt" | "answered" | "key" | "silent";
  stored: Set<string>;
  refused: Set<string>;
  wait: number; // ms that the collector asks for
}

// Arrival is what the server, over all collectors, says has arrived of this
// installation, against the numbers that it has given and no longer holds.
export interface Arrival {
  arrived: number;
  missing: number;
  certain: boolean; // false = records are on their way, some of the missing may be among them
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

// Item is one rating in an answer, before it is believed.
interface Item {
  id?: unknown;
  status?: unknown;
  kept?: unknown;
}

export class Sender {
  health: Health = "well";
  arrival: Arrival | undefined;
  private askAt = 0; // when to ask for it, in the page's steady time
  private after = 0; // place in the queue behind which to look
  private limit = largest;
  private pause = 1_000;
  private wake: (() => void) | undefined;
  private woken = false;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly api: string,
    private readonly changed: () => void,
  ) {}

  // kick looks at the queue now.
  kick(): void {
    this.woken = true;
    this.wake?.();
  }

  // retry forgets the pauses: the network is back, or the key is another.
  retry(): void {
    this.pause = 1_000;
    this.after = 0;
    this.askAt = 0;
    this.kick();
  }

  // run never ends. Of several tabs only one sends at a time; where the browser
  // has no locks, ids keep a rating that two tabs send from counting twice.
  run(lock: string): void {
    window.addEventListener("online", () => this.retry());
    if (navigator.locks) void navigator.locks.request(lock, () => this.loop());
    else void this.loop();
  }

  private async loop(): Promise<never> {
    for (;;) {
      let wait = idle;
      try {
        wait = await this.step();
      } catch {
        // The database gave up for a moment; the ratings are where they were.
        wait = this.nextPause();
      }
      this.changed();
      await this.sleep(wait);
    }
  }

  private sleep(ms: number): Promise<void> {
    if (this.woken || ms <= 0) {
      this.woken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.wake = undefined;
        this.woken = false;
        resolve();
      };
      const timer = setTimeout(go, ms);
      this.wake = go;
    });
  }

  // step sends one batch and says how long to wait for the next.
  private async step(): Promise<number> {
    const batch = await this.store.batch(this.after, this.limit);
    const first = batch[0];
    const last = batch[batch.length - 1];
    if (!first || !last) {
      if (this.after === 0) {
        this.health = "well";
        await this.ask();
        return idle;
      }
      this.after = 0; // what was passed over gets its turn again
      return 0;
    }
    const binding = await this.store.bindingOf(first.binding);
    if (!binding || !(await this.settle(batch))) {
      this.health = "offline";
      return this.nextPause();
    }
    const outcome = await this.post(binding, batch);
    const named = batch.filter((e) => outcome.stored.has(e.rating.id) || outcome.refused.has(e.rating.id));
    if (named.length > 0) {
      await this.store.remove(named, { at: Date.now(), stored: outcome.stored.size, refused: outcome.refused.size });
    }
    return this.judge(outcome, batch.length - named.length, last.n);
  }

  // judge decides what comes next. A batch that was answered without a receipt
  // is passed over and made smaller, so that one bad rating blocks no other.
  private judge(outcome: Outcome, left: number, last: number): number {
    if (left === 0) {
      this.health = "well";
      this.pause = 1_000;
      this.limit = Math.min(largest, this.limit * 2);
      return 0;
    }
    this.health = outcome.kind === "key" ? "refused" : "offline";
    if (outcome.kind !== "silent") this.after = last;
    if (outcome.kind === "answered") this.limit = Math.max(1, Math.floor(this.limit / 2));
    return Math.max(this.nextPause(), outcome.wait);
  }

  // nextPause doubles, with jitter so that the tablets of a hall do not come
  // back in step.
  private nextPause(): number {
    const ms = this.pause * (0.5 + Math.random() / 2);
    this.pause = Math.min(longest, this.pause * 2);
    return ms;
  }

  // settle gives ratings that were taken while the clock was lost their final
  // time; false = the time is not known yet.
  private async settle(batch: Entry[]): Promise<boolean> {
    if (this.clock.best() === undefined) await this.askTime();
    if (this.clock.best() === undefined) return false;
    const settled: Entry[] = [];
    for (const e of batch) {
      const at = e.unsettled && this.clock.recall(e.unsettled);
      if (at === undefined) continue;
      e.rating.rated_at = local(at);
      delete e.unsettled;
      settled.push(e);
    }
    if (settled.length > 0) await this.store.settle(settled);
    return true;
  }

  private async askTime(): Promise<void> {
    try {
      const answer = await this.request(location.pathname, { method: "HEAD" });
      this.clock.learn(answer.headers.get("Date"));
    } catch {
      // No network: the time stays unknown.
    }
  }

  // ask asks what has arrived, now and then and only with an empty queue: what it
  // holds is sent until a receipt names it, whatever the server says is missing.
  private async ask(): Promise<void> {
    if (performance.now() < this.askAt) return;
    // With jitter, so that the tablets of a hall do not ask in step.
    const wait = (ms: number): void => void (this.askAt = performance.now() + ms * (0.75 + Math.random() / 2));
    wait(askLater);
    const binding = await this.store.binding();
    if (!binding) return;
    try {
      const answer = await this.request(`${this.api}devices/self`, { headers: { Authorization: `Bearer ${binding.key}` } });
      this.arrival = answer.status === 200 ? readArrival(answer.text, binding) : undefined;
      if (this.arrival) wait(this.arrival.certain ? askAgain : askSoon);
    } catch {
      // No network: the last answer stays.
    }
  }

  private async post(binding: Binding, batch: Entry[]): Promise<Outcome> {
    const sent = new Set(batch.map((e) => e.rating.id));
    const none: Outcome = { kind: "silent", stored: new Set(), refused: new Set(), wait: 0 };
    let answer: Answer;
    try {
      answer = await this.request(`${this.api}ratings`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${binding.key}`,
          "Content-Type": "application/json",
          "Device-Now": new Date(this.clock.best() ?? Date.now()).toISOString(),
        },
        body: JSON.stringify(batch.map((e) => e.rating)),
      });
    } catch {
      return none;
    }
    if (answer.status === 401 || answer.status === 403) return { ...none, kind: "key" };
    const got = readAnswer(answer.status, answer.text, sent);
    if (got) return { ...none, ...got, kind: "receipt" };
    const wait = 1000 * (Number(answer.headers.get("Retry-After")) || 0);
    return { ...none, kind: "answered", wait: Math.min(5 * longest, wait) };
  }

  private async request(address: string, init: RequestInit): Promise<Answer> {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort(), patience);
    try {
      // A portal that redirects to its own page has stored nothing.
      const answer = await fetch(address, {
        ...init,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: control.signal,
      });
      // The body has to arrive in time as well.
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    } finally {
      clearTimeout(timer);
    }
  }

  // tryKey asks whether the collector knows a key, without sending a rating.
  async tryKey(key: string): Promise<"known" | "unknown" | "unreachable"> {
    try {
      const answer = await this.request(`${this.api}ratings`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: "[]",
      });
      if (answer.status === 401 || answer.status === 403) return "unknown";
      return answer.status === 400 ? "known" : "unreachable"; // an empty array is looked at after the key
    } catch {
      return "unreachable";
    }
  }
}

// readArrival compares what has arrived of an installation with the numbers it gave.
function readArrival(text: string, binding: Binding): Arrival | undefined {
  try {
    const answer = JSON.parse(text) as { installations: { installation: string; received: number }[]; pending: number };
    const arrived = answer.installations.find((i) => i.installation === binding.installation)?.received ?? 0;
    const missing = Math.max(0, binding.nextSeq - 1 - arrived);
    return { arrived, missing, certain: missing === 0 || answer.pending === 0 };
  } catch {
    return undefined;
  }
}

// readAnswer takes the fate of each rating out of a receipt, or out of a final
// refusal of all; undefined = the answer is neither.
function readAnswer(status: number, text: string, sent: Set<string>): { stored: Set<string>; refused: Set<string> } | undefined {
  if (status !== 202 && status !== 409 && status !== 422) return undefined;
  let answer: { receipts?: unknown; kept?: unknown; errors?: unknown } | null;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  const stored = new Set<string>();
  const refused = new Set<string>();
  const items = status === 202 ? answer?.receipts : answer?.kept === true ? answer.errors : undefined;
  if (!Array.isArray(items)) return undefined;
  for (const item of items as (Item | null)[]) {
    if (!item || typeof item.id !== "string" || !sent.has(item.id)) continue;
    if (status !== 202) refused.add(item.id);
    else if (item.status === "accepted" || item.status === "duplicate" || item.status === "unattributed") stored.add(item.id);
    else if ((item.status === "refused" || item.status === "conflict") && item.kept === true) refused.add(item.id);
  }
  return stored.size + refused.size > 0 ? { stored, refused } : undefined;
}
