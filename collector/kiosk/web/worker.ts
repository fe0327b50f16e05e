// The service worker: keeps the page and its files, all of one version, so that
// a kiosk that is switched on without a network opens and takes ratings. It never
// touches the API.
export {};

// Shell is written in front of this script by the server.
interface Shell {
  version: string;
  prefix: string;
  mark: string;
  page: string;
  files: string[];
}

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface WorkerScope {
  readonly shell: Shell;
  readonly caches: CacheStorage;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listen: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listen: (event: FetchEvent) => void): void;
}

const scope = self as unknown as WorkerScope;
const shell = scope.shell;
const cacheName = shell.prefix + shell.version;

// keep fetches everything or fails as a whole: then the worker before this one
// stays, with its own files.
async function keep(): Promise<void> {
  const cache = await scope.caches.open(cacheName);
  await Promise.all(
    [shell.page, ...shell.files].map(async (address) => {
      const answer = await fetch(address, { cache: "no-cache", credentials: "same-origin", redirect: "error" });
      const mark = answer.headers.get(shell.mark);
      if (answer.status !== 200 || mark !== shell.version) {
        throw new Error(`${address} is not of version ${shell.version}`);
      }
      await cache.put(address, answer);
    }),
  );
  await scope.skipWaiting();
}

async function tidy(): Promise<void> {
  for (const name of await scope.caches.keys()) {
    if (name.startsWith(shell.prefix) && name !== cacheName) await scope.caches.delete(name);
  }
  await scope.clients.claim();
}

async function kept(address: string, request: Request): Promise<Response> {
  const cache = await scope.caches.open(cacheName);
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(request);
}

scope.addEventListener("install", (event) => event.waitUntil(keep()));
scope.addEventListener("activate", (event) => event.waitUntil(tidy()));
scope.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  const path = new URL(request.url).pathname;
  const opens = request.mode === "navigate" && (path === shell.page || path === `${shell.page}/`);
  if (opens) event.respondWith(kept(shell.page, request));
  else if (shell.files.includes(path)) event.respondWith(kept(path, request));
});
