// The kiosk page in a real browser against the real product: what a citizen
// touched is counted once, whatever the network, the browser and the answers do.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { openBrowser } from "./chromium.mjs";
import { root, startProduct } from "./product.mjs";

const run = promisify(execFile);
const order = [5, 4, 3, 2, 1];
const calm = 500; // ms for which a new screen ignores touches

let product;

before(async () => {
  product = await startProduct();
});
after(async () => {
  await product?.stop();
});

async function cli(...args) {
  const { stdout } = await run(join(root, "bin/haochaping"), [...args, "--data-dir", product.dataDir], { cwd: root });
  return stdout;
}

// newKey registers a device and returns its key.
async function newKey(name) {
  const key = (await cli("device", "add", "--name", name)).trim();
  assert.match(key, /^hcp_[0-9a-f]{64}$/);
  return key;
}

// counted is how many ratings the product counts: in all and by level, 1 to 5.
async function counted() {
  const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const text = await cli("facts", "--by", "total", "--from", day(-2), "--to", day(2), "--format", "json");
  const total = JSON.parse(text || "[]").at(-1) ?? {};
  return { ratings: total.ratings ?? 0, levels: [1, 2, 3, 4, 5].map((n) => total[`level_${n}`] ?? 0) };
}

// countedMore waits until the product counts this much more than before, and
// fails when it counts even more a little later.
async function countedMore(base, levels) {
  const want = { ratings: levels.length, levels: [1, 2, 3, 4, 5].map((n) => levels.filter((l) => l === n).length) };
  const more = async () => {
    const now = await counted();
    return { ratings: now.ratings - base.ratings, levels: now.levels.map((n, i) => n - base.levels[i]) };
  };
  const deadline = Date.now() + 45_000;
  while ((await more()).ratings < want.ratings && Date.now() < deadline) await sleep(500);
  await sleep(3_000);
  assert.deepEqual(await more(), want);
}

const screen = (page, name) => page.locator(`[data-screen="${name}"]`).waitFor();

// enter opens the page and gives it the key. A new key takes effect after two
// seconds, so it is offered until it is taken.
async function enter(page, key, place = "示例大厅 3 号窗口") {
  await page.goto(`${product.url}/kiosk`);
  await page.fill("#key", key);
  await page.fill("#place", place);
  await page.click("button[type=submit]");
  for (let i = 0; i < 40 && (await page.locator("#key").count()) > 0; i++) {
    await page.waitForTimeout(250);
    await page.locator("button[type=submit]:enabled").click({ timeout: 500 }).catch(() => {});
  }
  await screen(page, "rate");
  await page.waitForTimeout(calm);
}

async function tap(page, level) {
  await page.click(`[data-level="${level}"]`);
  await screen(page, "thanks");
  await page.waitForTimeout(calm);
}

async function finish(page) {
  await page.click('[data-act="done"]');
  await screen(page, "rate");
  await page.waitForTimeout(calm);
}

async function rate(page, level) {
  await tap(page, level);
  await finish(page);
}

// unsent is the number that the foot of the page shows; 0 = it shows none.
async function unsent(page) {
  const text = await page.evaluate(() => document.querySelector(".unsent .zh")?.textContent ?? "0");
  return Number.parseInt(text, 10);
}

async function waitUnsent(page, n) {
  for (let i = 0; i < 120 && (await unsent(page)) !== n; i++) await page.waitForTimeout(250);
  assert.equal(await unsent(page), n);
}

// stored reads what the page keeps in the browser.
async function stored(page, name) {
  return page.evaluate(async (store) => {
    const wait = (r) => new Promise((ok, bad) => ((r.onsuccess = () => ok(r.result)), (r.onerror = () => bad(r.error))));
    const found = (await indexedDB.databases()).find((d) => d.name.startsWith("haochaping-kiosk"));
    const db = await wait(indexedDB.open(found.name));
    try {
      return await wait(db.transaction(store).objectStore(store).getAll());
    } finally {
      db.close();
    }
  }, name);
}

// offlineReady waits until the page would open without a network.
async function offlineReady(page) {
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
}

// kiosk gives a test a page with a key, and checks the browser afterwards. The
// statuses that a test provokes stand in the console and are no fault.
async function kiosk(name, act, options = {}) {
  const key = await newKey(name);
  const browser = await openBrowser({ allowed: [product.url], ...options });
  try {
    const page = await browser.context.newPage();
    await enter(page, key);
    await act(page, browser, key);
    assert.deepEqual(browser.outside, []);
    assert.deepEqual(browser.violations, []);
    assert.deepEqual(browser.errors.filter((line) => !/Failed to load resource/.test(line)), []);
  } finally {
    await browser.close();
  }
}

test("20 taps without a network, a restart of the browser, the network back: 20 stored, once each", async () => {
  const base = await counted();
  const key = await newKey("K-offline");
  const profile = await mkdtemp(join(tmpdir(), "haochaping-kiosk-"));
  const levels = Array.from({ length: 20 }, (_, i) => order[i % 5]);
  try {
    const first = await openBrowser({ profile, allowed: [product.url] });
    let page = await first.context.newPage();
    await enter(page, key);
    await offlineReady(page);
    await first.context.setOffline(true);
    for (const level of levels.slice(0, 19)) await rate(page, level);
    await waitUnsent(page, 19);
    await tap(page, levels[19]); // not released: the restart does that
    await first.close();

    const second = await openBrowser({ profile, allowed: [product.url] });
    await second.context.setOffline(true);
    page = await second.context.newPage();
    await page.goto(`${product.url}/kiosk`);
    await screen(page, "rate");
    await waitUnsent(page, 20);
    const entries = await stored(page, "outbox");
    assert.deepEqual(entries.map((e) => e.rating.device_seq), levels.map((_, i) => i + 1));
    assert.deepEqual(entries.map((e) => Number(e.rating.level)), levels);
    assert.equal(new Set(entries.map((e) => e.rating.installation)).size, 1);
    for (const e of entries) assert.match(e.rating.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await second.context.setOffline(false);
    await waitUnsent(page, 0);
    assert.deepEqual(await stored(page, "outbox"), []);
    await second.close();
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  await countedMore(base, levels);
});

test("a QR code sets a device up: its key leaves the address at once, staff confirm the place", async () => {
  const base = await counted();
  const key = await newKey("K-scanned");
  const profile = await mkdtemp(join(tmpdir(), "haochaping-kiosk-"));
  try {
    const browser = await openBrowser({ profile, allowed: [product.url] });
    const page = await browser.context.newPage();
    const asked = [];
    page.on("request", (r) => asked.push(r.url(), JSON.stringify(r.headers())));
    await page.goto(`${product.url}/kiosk#key=${key}`);
    await screen(page, "setup");
    assert.equal(page.url(), `${product.url}/kiosk`);
    assert.equal(await page.evaluate(() => history.length), 2, "no entry of its own"); // about:blank, then the page
    assert.equal(await page.evaluate(() => document.activeElement.id), "place");
    const shown = await page.evaluate(() => document.documentElement.outerHTML + document.querySelector("#key").value);
    assert.ok(!shown.includes(key.slice(9)), "the key is not shown");
    assert.match(await page.locator(".why").textContent(), /二维码/);
    assert.deepEqual(await stored(page, "bindings"), [], "nothing is kept before staff confirm");
    await audit(page, join(root, "node_modules/axe-core/axe.min.js"));

    await page.fill("#place", "示例大厅 5 号窗口");
    await page.click("button[type=submit]");
    for (let i = 0; i < 40 && (await page.locator("#key").count()) > 0; i++) {
      await page.waitForTimeout(250);
      await page.locator("button[type=submit]:enabled").click({ timeout: 500 }).catch(() => {});
    }
    await screen(page, "rate");
    await page.waitForTimeout(calm);
    await rate(page, 5);
    await waitUnsent(page, 0);
    assert.deepEqual(asked.filter((text) => text.includes("#") || (text.includes("hcp_") && !text.includes("Bearer"))), []);
    await offlineReady(page);

    // The code is scanned again on the running device: the address alone changes. Offline, too.
    await browser.context.setOffline(true);
    await page.evaluate((k) => (location.href = `#key=${k}`), key);
    await screen(page, "setup");
    assert.equal(page.url(), `${product.url}/kiosk`);
    await page.locator("button[type=button]", { hasText: "取消" }).click();
    await screen(page, "rate");
    await page.goto(`${product.url}/kiosk#key=${key}`);
    await page.reload();
    await screen(page, "rate");
    await browser.context.setOffline(false);

    // A code without a key says so and takes nothing.
    await page.goto("about:blank");
    await page.goto(`${product.url}/kiosk#key=hcp_1234`);
    await screen(page, "setup");
    assert.equal(page.url(), `${product.url}/kiosk`);
    assert.match(await page.locator("#problem").textContent(), /没有可用的密钥/);
    assert.equal((await stored(page, "bindings")).length, 1);
    await browser.close();
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  await countedMore(base, [5]);
});

test("a tap that is reloaded before its release is released once; a corrected one counts as corrected", async () => {
  const base = await counted();
  await kiosk("K-reload", async (page) => {
    await tap(page, 4);
    assert.equal((await stored(page, "drafts")).length, 1);
    assert.equal((await stored(page, "outbox")).length, 0, "nothing is sent while it may be corrected");
    await page.reload();
    await screen(page, "rate");
    await page.waitForTimeout(calm);

    await tap(page, 1);
    await page.click('[data-act="change"]');
    await screen(page, "change");
    await page.waitForTimeout(calm);
    assert.equal(await page.locator("[data-level][aria-pressed]").count(), 0, "no button is preselected");
    await tap(page, 5);
    await finish(page);
    await waitUnsent(page, 0);
  });
  await countedMore(base, [4, 5]);
});

test("30 seconds without a touch release a tap", async () => {
  const base = await counted();
  await kiosk("K-timer", async (page) => {
    await tap(page, 3);
    await page.waitForTimeout(26_000);
    assert.equal(await page.locator('[data-screen="thanks"]').count(), 1);
    await page.locator('[data-screen="rate"]').waitFor({ timeout: 8_000 });
    await waitUnsent(page, 0);
  });
  await countedMore(base, [3]);
});

test("a double touch is one rating, also where the next screen has a button", async () => {
  const base = await counted();
  await kiosk("K-double", async (page) => {
    await page.dblclick('[data-level="3"]');
    await screen(page, "thanks");
    const spot = await page.locator('[data-act="done"]').boundingBox();
    await page.waitForTimeout(calm);
    await page.mouse.dblclick(spot.x + spot.width / 2, spot.y + spot.height / 2);
    await screen(page, "rate");
    await page.waitForTimeout(calm);
    await page.keyboard.press("5");
    await screen(page, "thanks");
    await page.waitForTimeout(calm);
    await finish(page);
    await waitUnsent(page, 0);
    const bindings = await stored(page, "bindings");
    assert.equal(bindings.at(-1).nextSeq, 3);
  });
  await countedMore(base, [3, 1]);
});

test("no answer but a receipt removes a rating", async () => {
  const base = await counted();
  const answers = [
    { status: 500, contentType: "application/problem+json", body: '{"kept":false}' },
    { status: 503, contentType: "text/plain", body: "later" },
    { status: 200, contentType: "text/html", body: "<!doctype html><title>Sign in</title>" },
    { status: 202, contentType: "text/html", body: "<!doctype html><title>accepted</title>" },
    { status: 202, contentType: "application/json", body: '{"receipts":[{"index":0,"id":"00000000-0000-7000-8000-000000000000","status":"accepted","kept":true}]}' },
    { status: 202, contentType: "application/json", body: '{"receipts":[],"accepted":1}' },
    { status: 422, contentType: "application/problem+json", body: '{"kept":false,"errors":[]}' },
    { status: 401, contentType: "application/problem+json", body: '{"kept":false}' },
    { status: 302, headers: { Location: "/" }, body: "" },
  ];
  await kiosk("K-answers", async (page, { context }) => {
    let seen = 0;
    const address = "**/api/v1/ratings";
    const answer = (route) => route.fulfill(answers[seen++ % answers.length]);
    await context.route(address, answer);
    await rate(page, 2);
    // A kiosk that waits longer and longer is asked again by the staff's button.
    await page.keyboard.press("Control+Alt+KeyS");
    await screen(page, "panel");
    for (let i = 0; i < 60 && seen < answers.length; i++) {
      await page.locator('[data-act="send"]').click();
      await page.waitForTimeout(300);
      assert.equal((await stored(page, "outbox")).length, 1, `lost by answer ${seen}`);
    }
    assert.ok(seen >= answers.length, `only ${seen} answers were asked for`);
    await context.unroute(address, answer);
    await page.locator('[data-act="send"]').click();
    await page.waitForFunction(() => document.querySelector('[data-fact="unsent"]')?.textContent === "0");
    assert.deepEqual(await stored(page, "outbox"), []);
  });
  await countedMore(base, [2]);
});

test("staff see what has arrived at the server", async () => {
  const base = await counted();
  await kiosk("K-arrival", async (page) => {
    await rate(page, 5);
    await rate(page, 3);
    await waitUnsent(page, 0);
    await page.keyboard.press("Control+Alt+KeyS");
    await screen(page, "panel");
    const text = page.locator('[data-fact="arrival"]');
    for (let i = 0; i < 20 && (await text.textContent()) !== "已送达 2 条，缺 0 条"; i++) {
      await page.locator('[data-act="send"]').click();
      await page.waitForTimeout(2_000); // the panel is drawn again
    }
    assert.equal(await text.textContent(), "已送达 2 条，缺 0 条");
  });
  await countedMore(base, [5, 3]);
});

test("a final refusal removes what it names, and nothing else", async () => {
  const base = await counted();
  await kiosk("K-refused", async (page, { context }) => {
    const address = "**/api/v1/ratings";
    let unwanted; // the rating that is refused, once it is known
    const refuse = async (route) => {
      const sent = route.request().postDataJSON();
      if (sent[0].id !== unwanted) return route.abort(); // the other one gets no answer yet
      const errors = [{ index: 0, id: sent[0].id, field: "level", code: "unmapped", reason: "refused on purpose" }];
      await route.fulfill({ status: 422, contentType: "application/problem+json", body: JSON.stringify({ kept: true, errors }) });
    };
    await context.setOffline(true);
    await rate(page, 1);
    await rate(page, 4);
    const before = await stored(page, "outbox");
    unwanted = before[0].rating.id;
    await context.route(address, refuse);
    await context.setOffline(false);
    await waitUnsent(page, 1);
    const [left] = await stored(page, "outbox");
    await context.unroute(address, refuse);
    assert.equal(left.rating.id, before[1].rating.id);
    await waitUnsent(page, 0);
  });
  await countedMore(base, [4]);
});

test("a key that is refused stops no rating, and another key sends them", async () => {
  const base = await counted();
  await kiosk("K-revoked", async (page) => {
    await cli("device", "revoke", "K-revoked");
    await page.waitForTimeout(3_000);
    await rate(page, 5);
    await page.locator(".alarm").waitFor();
    await rate(page, 4);
    await waitUnsent(page, 2);
    const key = await newKey("K-revoked");
    await page.locator("header").hover();
    await page.mouse.down();
    await screen(page, "panel");
    await page.mouse.up();
    await page.waitForTimeout(2_500);
    await page.click('[data-act="rekey"]');
    await page.fill("#key", "hcp_short");
    await page.click("button[type=submit]");
    assert.match(await page.locator("#problem").textContent(), /hcp_/);
    await page.fill("#key", key);
    await page.click("button[type=submit]");
    await screen(page, "rate");
    await waitUnsent(page, 0);
  });
  await countedMore(base, [5, 4]);
});

test("of several tabs only one sends, and every rating gets its own number", async () => {
  const base = await counted();
  await kiosk("K-tabs", async (page, { context }) => {
    const other = await context.newPage();
    await other.goto(`${product.url}/kiosk/`);
    await screen(other, "rate");
    await other.waitForTimeout(calm);
    const sent = [];
    context.on("request", (r) => r.method() === "POST" && sent.push(...r.postDataJSON()));
    await Promise.all([rate(page, 5), rate(other, 2)]);
    await Promise.all([rate(page, 1), rate(other, 3)]);
    await waitUnsent(page, 0);
    await waitUnsent(other, 0);
    assert.deepEqual(sent.map((r) => r.device_seq).sort(), [1, 2, 3, 4]);
  });
  await countedMore(base, [5, 2, 1, 3]);
});

test("a device whose clock is lost sends when the tap really was", async () => {
  const base = await counted();
  await kiosk("K-clock", async (page, { context }) => {
    await context.clock.install({ time: new Date("1970-01-02T00:00:00Z") });
    await page.reload();
    await screen(page, "rate");
    await context.clock.runFor(1_000);
    await page.click('[data-level="4"]');
    await screen(page, "thanks");
    await context.clock.runFor(1_000);
    const request = page.waitForRequest((r) => r.method() === "POST");
    await page.click('[data-act="done"]');
    await context.clock.runFor(1_000);
    const [sent] = (await request).postDataJSON();
    assert.equal(sent.time_quality, "uncertain");
    assert.ok(Math.abs(Date.now() - Date.parse(sent.rated_at)) < 60_000, sent.rated_at);
    for (let i = 0; i < 40 && (await stored(page, "outbox")).length > 0; i++) {
      await context.clock.runFor(500);
      await sleep(100);
    }
    assert.deepEqual(await stored(page, "outbox"), []);
  });
  await countedMore(base, [4]);
});

test("a tap that cannot be kept is never thanked for", async () => {
  await kiosk("K-full", async (page) => {
    await page.evaluate(() => {
      IDBObjectStore.prototype.add = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await page.click('[data-level="2"]');
    await page.locator(".alarm", { hasText: "存储空间已满" }).waitFor();
    assert.equal(await page.locator('[data-screen="thanks"]').count(), 0);
    assert.deepEqual(await stored(page, "drafts"), []);
  });
});

test("five equal buttons, large enough, on every screen; readable by all", async () => {
  await kiosk("K-looks", async (page) => {
    const axe = join(root, "node_modules/axe-core/axe.min.js");
    for (const [width, height] of [[1080, 1920], [1280, 800], [390, 844]]) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(200);
      const boxes = await page.locator("[data-level]").evaluateAll((list) => list.map((b) => b.getBoundingClientRect().toJSON()));
      const sizes = new Set(boxes.map((b) => `${b.width.toFixed(1)} × ${b.height.toFixed(1)}`));
      assert.equal(boxes.length, 5);
      assert.equal(sizes.size, 1, `${width} × ${height}: ${[...sizes]}`);
      for (const b of boxes) {
        assert.ok(b.width >= 96 && b.height >= 96, `${width} × ${height}: button of ${[...sizes]}`);
        assert.ok(b.left >= 0 && b.right <= width && b.bottom <= height, `${width} × ${height}: a button lies outside`);
      }
    }
    assert.deepEqual(await page.locator("[data-level]").evaluateAll((l) => l.map((b) => Number(b.dataset.level))), order);
    await audit(page, axe);
    await tap(page, 5);
    await audit(page, axe);
    await finish(page);
    await page.keyboard.press("Control+Alt+KeyS");
    await screen(page, "panel");
    await audit(page, axe);
    await page.click('[data-act="rekey"]');
    await screen(page, "setup");
    await audit(page, axe);
    await page.goto(`${product.url}/kiosk?lang=en`);
    await screen(page, "rate");
    await page.keyboard.press("Control+Alt+KeyS");
    await page.locator("h1", { hasText: "This device" }).waitFor();
  });
});

// audit fails on anything that axe finds wrong.
async function audit(page, axe) {
  // The page's policy lets no foreign script in, the debugger's evaluate does.
  await page.evaluate(await readFile(axe, "utf8"));
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`), []);
}
