// The product as it is installed: below a path, behind a reverse proxy with and without TLS, and with TLS of its own.
// Every page opens, everything it leads to is there, and what readers do works.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it, test } from "node:test";
import { assertDrawn, linked } from "./checks.mjs";
import { openChromium, watch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { openReaders, pages, signIn } from "./pages.mjs";
import { makeCertificate, startProxy } from "./proxy.mjs";

// How many addresses of one kind on one page are followed.
const alike = 2;

let certificate;
let chromium;

before(async () => {
  [certificate, chromium] = await Promise.all([makeCertificate(), openChromium()]);
});
after(async () => {
  await chromium?.close();
  await certificate?.remove();
});

// installed describes one way to install the product, with the pages that are opened there: begin gives { product, url, end() }.
function installed(way, begin, { base, secure, list = [] }) {
  describe(way, () => {
    let place;
    let readers;
    const links = new Map(); // address → the role that was led there
    const kinds = new Map(); // page and kind of address → how many were kept
    const keep = (entry, link) => {
      const { pathname, search, searchParams } = new URL(link);
      assert.ok(pathname.startsWith(`${base}/`), `${link} is not below ${base}`);
      const [, first, ...rest] = pathname.slice(base.length).split("/");
      const kind = [entry.name, first, rest.length, search && [...searchParams.keys()].sort().join()].join(" ");
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kinds.get(kind) <= alike || first === "assets") links.set(link, entry.role);
    };
    before(async () => {
      place = await begin();
      readers = openReaders(chromium, { ...place.product, url: place.url }, { ignoreHTTPSErrors: true });
    });
    after(async () => {
      await readers?.close();
      await place?.end();
    });

    describe("every page", { concurrency: 2 }, () => {
      for (const entry of list) {
        it(entry.name, async () => {
          const context = await readers.context(entry.role, { far: entry.far });
          const page = await context.newPage();
          const seen = watch(page, [place.url]);
          try {
            const answer = await page.goto(place.url + (await readers.find(entry)));
            assert.equal(answer.status(), entry.status ?? 200);
            await assertDrawn(page, entry.charts);
            if (!entry.status) for (const link of await linked(page)) keep(entry, link);
            seen.errors.splice(0, Infinity, ...seen.errors.filter((line) => !entry.status || !line.includes(String(entry.status))));
            seen.clean();
          } finally {
            await page.close();
          }
        });
      }
    });

    it("nothing that a page leads to or loads is missing", async () => {
      if (list.length === 0) return;
      assert.ok(links.size > 60, `${links.size} addresses`);
      const broken = [];
      const all = [...links];
      const work = async () => {
        for (let next = all.pop(); next; next = all.pop()) {
          const [link, role] = next;
          const answer = await (await readers.context(role)).request.get(link, { headers: { Accept: "text/html, */*" } });
          if (answer.status() >= 400) broken.push(`${answer.status()} ${link}`);
          await answer.dispose();
        }
      };
      await Promise.all([work(), work(), work()]);
      assert.deepEqual(broken, []);
    });

    it("what readers do works: in, search, export, language, the wall, a form, out", async () => {
      const context = await chromium.newContext({ ignoreHTTPSErrors: true });
      const seen = watch(context, [place.url]);
      try {
        await acts(context, place.url, { base, secure });
        // A browser that does not know who signed the certificate keeps the kiosk's worker out.
        seen.errors.splice(0, Infinity, ...seen.errors.filter((line) => !line.startsWith("An SSL certificate error occurred when fetching the script")));
        seen.clean();
      } finally {
        await context.close();
      }
    });
  });
}

// acts does what readers do.
async function acts(context, url, { base, secure }) {
  await signIn(context, url);
  for (const cookie of await context.cookies()) {
    assert.equal(cookie.secure, secure, cookie.name);
    assert.equal(cookie.path.replace(/\/$/, ""), base, cookie.name);
    assert.ok(cookie.httpOnly && cookie.sameSite === "Lax", cookie.name);
  }
  const page = await context.newPage();
  await page.goto(`${url}/?p=12m`);

  await page.fill("input[type=search]", "示一");
  await page.locator("#seek-list [role=option]").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  const active = await page.locator("input[type=search]").getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
  await Promise.all([page.waitForURL(/\/(region|hall|department|item)\//), page.keyboard.press("Enter")]);

  await page.goto(`${url}/ranking?p=12m`);
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(".files a:text-is('CSV')")]);
  assert.match(await readFile(await file.path(), "utf8"), /得分名次/);

  await page.click(".language button");
  await page.waitForFunction(() => document.documentElement.lang === "en");
  assert.equal(page.url(), `${url}/ranking?p=12m`);
  await page.click(".language button");
  await page.waitForFunction(() => document.documentElement.lang === "zh-CN");

  const events = page.waitForResponse((r) => r.url().endsWith("/wall/events"));
  await page.goto(`${url}/wall`);
  assert.match((await events).headers()["content-type"], /^text\/event-stream/);
  await page.evaluate(
    (at) => new Promise((heard, failed) => {
      const stream = new EventSource(at);
      stream.addEventListener("generation", () => (stream.close(), heard()));
      stream.addEventListener("error", () => (stream.close(), failed(new Error("the stream broke"))));
    }),
    `${base}/wall/events`,
  );

  await page.goto(`${url}/`);
  await Promise.all([page.waitForURL(/\/sign-in$/), page.click(".reader button")]);
  await page.click('button[value="demo:evaluator"]');
  await page.waitForURL((at) => !at.pathname.includes("/sign-in"));
  await page.goto(`${url}/workbench`);
  await page.fill("#scheme-text", "id: x");
  await Promise.all([page.waitForURL(/\/workbench/), page.click("form.check button")]);
  await page.locator("#card-check .notice.warn").waitFor();
  await Promise.all([page.waitForURL(/\/sign-in$/), page.click(".reader button")]);
  assert.equal((await context.request.get(`${url}/live`)).status(), 401);

  await page.goto(`${url}/kiosk`);
  await page.locator("#key").waitFor();
}

const base = "/hcp";
const trusted_proxies = ["127.0.0.0/8", "::1"];

// proxied starts the product below a path with a proxy in front of it.
const proxied = (tls) => async () => {
  const product = await startDemo({ config: { base_path: base, trusted_proxies } });
  const proxy = await startProxy(product.port, tls ? certificate : undefined);
  const end = async () => {
    await proxy.close();
    await product.stop();
  };
  return { product, url: proxy.url + base, end };
};

installed("below a path, behind a proxy", proxied(false), { base, secure: false });
installed("below a path, behind a proxy with TLS", proxied(true), { base, secure: true, list: pages });
installed(
  "with TLS of its own",
  async () => {
    const { cert_file, key_file } = certificate;
    const product = await startDemo({ config: { tls: { cert_file, key_file }, trusted_proxies } });
    return { product, url: product.url, end: product.stop };
  },
  { base: "", secure: true },
);

test("a proxy that nobody named is believed nothing", async () => {
  const product = await startDemo();
  try {
    const answer = await fetch(`${product.url}/sign-in`, { headers: { "X-Forwarded-For": "192.0.2.1" } });
    assert.match(await answer.text(), /demo:leader/, "it is still a request of this machine");
  } finally {
    await product.stop();
  }
});
