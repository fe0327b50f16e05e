// The harness itself: a watcher that sees nothing would make every other
// browser test worthless.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openBrowser } from "./chromium.mjs";

const policy = "default-src 'self'";
const pages = {
  "/good": "<!doctype html><title>good</title><script src=/good.js></script>",
  "/inline": "<!doctype html><title>inline</title><script>document.title = 'ran'</script>",
  "/styled": "<!doctype html><title>styled</title><p style='color: red'>styled</p>",
  "/outside": "<!doctype html><title>outside</title><img src=//img.example.org/pixel.png>",
  "/other-host": "<!doctype html><title>other host</title><script src=/other-host.js></script>",
  "/throws": "<!doctype html><title>throws</title><script src=/throws.js></script>",
  "/stores": "<!doctype html><title>stores</title><script src=/stores.js></script>",
};
const scripts = {
  "/good.js": "document.title = '好';",
  "/other-host.js": "location.href = 'http://other-host.example.org/';",
  "/throws.js": "throw new Error('on purpose');",
  "/stores.js": "document.title = localStorage.getItem('kept') ?? 'nothing'; localStorage.setItem('kept', 'kept');",
};

let server;
let url;

before(async () => {
  server = createServer((request, response) => {
    const script = scripts[request.url];
    const body = script ?? pages[request.url];
    response.writeHead(body === undefined ? 404 : 200, {
      "Content-Type": script ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8",
      ...(request.url === "/outside" ? {} : { "Content-Security-Policy": policy }),
    });
    response.end(body ?? "");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${server.address().port}`;
});

after(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

// visit opens one page in a browser of its own and returns what was noticed.
async function visit(path) {
  const browser = await openBrowser({ allowed: [url] });
  try {
    const page = await browser.context.newPage();
    await page.goto(url + path, { waitUntil: "load" });
    await page.waitForTimeout(200);
    return { ...browser, title: await page.title().catch(() => "") };
  } finally {
    await browser.close();
  }
}

test("a page that keeps to itself is clean", async () => {
  const seen = await visit("/good");
  assert.equal(seen.title, "好");
  // The browser asks for an icon by itself, which this server lacks.
  assert.deepEqual(seen.errors.filter((line) => !line.includes("favicon")), []);
  assert.deepEqual(seen.outside, []);
  assert.deepEqual(seen.violations, []);
});

for (const path of ["/inline", "/styled"]) {
  test(`${path}: a broken content security policy is noticed`, async () => {
    const seen = await visit(path);
    assert.equal(seen.violations.length, 2, `by the console and by the event: ${seen.violations.join("\n")}`);
    assert.throws(() => seen.clean());
  });
}

test("a request to another host is noticed", async () => {
  const seen = await visit("/outside");
  assert.deepEqual(seen.outside, ["http://img.example.org/pixel.png"]);
  assert.throws(() => seen.clean());
});

test("leaving for another host is noticed", async () => {
  const seen = await visit("/other-host");
  assert.deepEqual(seen.outside, ["http://other-host.example.org/"]);
});

test("an exception is noticed", async () => {
  const seen = await visit("/throws");
  assert.match(seen.errors.join("\n"), /on purpose/);
  assert.throws(() => seen.clean());
});

test("a browser started again has what it stored", async () => {
  const profile = await mkdtemp(join(tmpdir(), "haochaping-profile-"));
  try {
    const titles = [];
    for (let round = 0; round < 2; round++) {
      const browser = await openBrowser({ profile, allowed: [url] });
      const page = await browser.context.newPage();
      await page.goto(`${url}/stores`);
      titles.push(await page.title());
      await browser.close();
    }
    assert.deepEqual(titles, ["nothing", "kept"]);
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
