// The device's clock, and what is known when it has lost its time.
import { randomName } from "./id";

// Moment is a time by the device's clock, with what is needed to correct it
// later: the steady count of milliseconds of this page's life.
export interface Moment {
  at: number;
  unsure: boolean; // the clock showed a time before the product was built
  session: string;
  steady: number;
}

export class Clock {
  // Steady counts of two lives of the page cannot be compared.
  private readonly session = randomName();
  private ahead: number | undefined; // of the server's time before the steady count

  constructor(private readonly built: number) {}

  now(): Moment {
    const at = Date.now();
    return { at, unsure: at < this.built, session: this.session, steady: this.steady() };
  }

  // learn takes the server's time, as an answer's Date header has it.
  learn(header: string | null): void {
    const at = header === null ? NaN : Date.parse(header);
    if (at >= this.built) this.ahead = at - this.steady();
  }

  // best is the best known time now: the device's own unless that is lost, then
  // the server's; undefined when there is neither.
  best(): number | undefined {
    const own = Date.now();
    if (own >= this.built) return own;
    return this.ahead === undefined ? undefined : this.steady() + this.ahead;
  }

  // recall is when an unsure moment really was: exact within one life of the
  // page, else only "before now".
  recall(moment: Moment): number | undefined {
    const now = this.best();
    if (now === undefined) return undefined;
    return moment.session === this.session ? now - (this.steady() - moment.steady) : now;
  }

  private steady(): number {
    return performance.now();
  }
}

// local writes a time as RFC 3339 with the device's offset.
export function local(at: number): string {
  const t = new Date(at);
  const offset = -t.getTimezoneOffset();
  const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
  const wall = new Date(at + offset * 60_000).toISOString().slice(0, -1);
  return `${wall}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
}
