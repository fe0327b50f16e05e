// What the device keeps, in IndexedDB. Every change is one transaction that is
// on the disk before its promise resolves, so a power cut leaves either the state
// before or the state after, and several tabs cannot meet half-way.
import { local, type Moment } from "./clock";
import { randomName } from "./id";

export type Level = 1 | 2 | 3 | 4 | 5;

// Binding is one key with the numbering of the ratings taken under it. Another
// device's key starts another binding: what was taken before goes out under the
// key it was taken with.
export interface Binding {
  no: number;
  key: string;
  place: string; // shown in the header: hall and window in the words of the staff
  installation: string;
  nextSeq: number;
}

// Draft is a tap that may still be corrected.
export interface Draft {
  id: string;
  binding: number;
  level: Level;
  moment: Moment;
}

// Rating is what is sent. It must not change once it was sent: the collector
// would take it for another rating with the same id.
export interface Rating {
  id: string;
  installation: string;
  device_seq: number;
  answer: "active";
  level: string;
  channel: "tablet";
  rated_at: string;
  time_quality?: "uncertain";
}

export interface Entry {
  n: number; // place in the queue
  binding: number;
  rating: Rating;
  unsettled?: Moment; // the clock was lost: the time is settled when it is first sent
}

// Receipt sums up the last answer that named ratings.
export interface Receipt {
  at: number;
  stored: number;
  refused: number;
}

const stores = ["bindings", "drafts", "outbox", "notes"] as const;
type StoreName = (typeof stores)[number];

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's database failed"));
  });
}

export class Store {
  private db: Promise<IDBDatabase> | undefined;

  constructor(private readonly name: string) {}

  private open(): Promise<IDBDatabase> {
    if (this.db) return this.db;
    const opening = new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(this.name, 1);
      request.onupgradeneeded = () => {
        const db = request.result;
        db.createObjectStore("bindings", { keyPath: "no" });
        db.createObjectStore("drafts", { keyPath: "id" });
        db.createObjectStore("outbox", { keyPath: "n", autoIncrement: true });
        db.createObjectStore("notes");
      };
      request.onerror = () => reject(request.error ?? new Error("the browser's database cannot be opened"));
      request.onsuccess = () => {
        const db = request.result;
        db.onversionchange = () => db.close();
        db.onclose = () => (this.db = undefined); // opened again by the next use
        resolve(db);
      };
    });
    this.db = opening;
    opening.catch(() => (this.db = undefined));
    return opening;
  }

  // run does work within one transaction and resolves when that is on the disk.
  private async run<T>(
    mode: IDBTransactionMode,
    names: readonly StoreName[],
    work: (tx: IDBTransaction) => Promise<T>,
  ): Promise<T> {
    const db = await this.open();
    return new Promise<T>((resolve, reject) => {
      const tx = db.transaction(names, mode, { durability: "strict" });
      let result: { value: T } | undefined;
      let failure: unknown;
      tx.oncomplete = () => (result ? resolve(result.value) : reject(failure));
      tx.onabort = () => reject(tx.error ?? failure ?? new Error("the browser's database gave up"));
      work(tx).then(
        (value) => (result = { value }),
        (err: unknown) => {
          failure = err;
          try {
            tx.abort();
          } catch {
            // It has ended already, and onabort or oncomplete has said so.
          }
        },
      );
    });
  }

  // binding is the one that taps are taken under now; undefined before set-up.
  binding(): Promise<Binding | undefined> {
    return this.run("readonly", ["bindings"], async (tx) => {
      const all: Binding[] = await done(tx.objectStore("bindings").getAll());
      return all[all.length - 1];
    });
  }

  bindingOf(no: number): Promise<Binding | undefined> {
    return this.run("readonly", ["bindings"], (tx) => done(tx.objectStore("bindings").get(no)));
  }

  // bind takes a key: a new one for the same device, or another device's.
  bind(key: string, place: string, otherDevice: boolean): Promise<void> {
    return this.run("readwrite", ["bindings"], async (tx) => {
      const bindings = tx.objectStore("bindings");
      const all: Binding[] = await done(bindings.getAll());
      const now = all[all.length - 1];
      if (now && (!otherDevice || now.key === key)) {
        await done(bindings.put({ ...now, key, place }));
        return;
      }
      const next: Binding = { no: (now?.no ?? 0) + 1, key, place, installation: randomName(), nextSeq: 1 };
      await done(bindings.put(next));
    });
  }

  // hold keeps a first tap.
  hold(draft: Draft): Promise<void> {
    return this.run("readwrite", ["drafts"], async (tx) => {
      await done(tx.objectStore("drafts").add(draft));
    });
  }

  // correct changes a tap; false = too late, it was released meanwhile.
  correct(id: string, level: Level, moment: Moment): Promise<boolean> {
    return this.run("readwrite", ["drafts"], async (tx) => {
      const drafts = tx.objectStore("drafts");
      const draft: Draft | undefined = await done(drafts.get(id));
      if (!draft) return false;
      await done(drafts.put({ ...draft, level, moment }));
      return true;
    });
  }

  // release numbers the taps that are held, or only one of them, and puts them
  // into the queue.
  release(only?: string): Promise<void> {
    return this.run("readwrite", ["bindings", "drafts", "outbox"], async (tx) => {
      const drafts: Draft[] = await done(tx.objectStore("drafts").getAll(only));
      for (const draft of drafts) {
        const binding: Binding | undefined = await done(tx.objectStore("bindings").get(draft.binding));
        if (!binding) throw new Error("a tap belongs to no key");
        await done(tx.objectStore("outbox").add(entry(draft, binding)));
        await done(tx.objectStore("bindings").put({ ...binding, nextSeq: binding.nextSeq + 1 }));
        await done(tx.objectStore("drafts").delete(draft.id));
      }
    });
  }

  // batch is what lies in the queue behind a place: at most limit ratings, all
  // of one binding.
  batch(after: number, limit: number): Promise<Entry[]> {
    return this.run("readonly", ["outbox"], async (tx) => {
      const range = IDBKeyRange.lowerBound(after, true);
      const entries: Entry[] = await done(tx.objectStore("outbox").getAll(range, limit));
      return entries.filter((e) => e.binding === entries[0]?.binding);
    });
  }

  // settle writes down the final time of ratings before they are first sent.
  settle(entries: Entry[]): Promise<void> {
    return this.run("readwrite", ["outbox"], async (tx) => {
      for (const e of entries) {
        // Another tab may have sent it meanwhile: it must not come back.
        if (await done(tx.objectStore("outbox").get(e.n))) await done(tx.objectStore("outbox").put(e));
      }
    });
  }

  // remove forgets what a receipt has named, and keeps the sum of the receipt.
  remove(entries: Entry[], receipt: Receipt): Promise<void> {
    return this.run("readwrite", ["outbox", "notes"], async (tx) => {
      for (const e of entries) await done(tx.objectStore("outbox").delete(e.n));
      await done(tx.objectStore("notes").put(receipt, "receipt"));
      if (receipt.refused > 0) {
        const before: number | undefined = await done(tx.objectStore("notes").get("refused"));
        await done(tx.objectStore("notes").put((before ?? 0) + receipt.refused, "refused"));
      }
    });
  }

  // summary is what staff see.
  summary(): Promise<{ unsent: number; refused: number; receipt: Receipt | undefined }> {
    return this.run("readonly", ["outbox", "drafts", "notes"], async (tx) => ({
      unsent: (await done(tx.objectStore("outbox").count())) + (await done(tx.objectStore("drafts").count())),
      refused: ((await done(tx.objectStore("notes").get("refused"))) as number | undefined) ?? 0,
      receipt: (await done(tx.objectStore("notes").get("receipt"))) as Receipt | undefined,
    }));
  }
}

function entry(draft: Draft, binding: Binding): Omit<Entry, "n"> {
  const rating: Rating = {
    id: draft.id,
    installation: binding.installation,
    device_seq: binding.nextSeq,
    answer: "active",
    level: String(draft.level),
    channel: "tablet",
    rated_at: local(draft.moment.at),
  };
  if (!draft.moment.unsure) return { binding: binding.no, rating };
  rating.time_quality = "uncertain";
  return { binding: binding.no, rating, unsettled: draft.moment };
}
