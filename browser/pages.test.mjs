// Every page of the product in a real browser, in both languages, light and dark, at three widths: drawn, readable,
// accessible, reachable by keyboard, and quiet.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { accessible, assertDrawn, keyboard, notEmpty, speaks, within } from "./checks.mjs";
import { openChromium, watch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { noPages, openReaders, pages } from "./pages.mjs";
import { root } from "./product.mjs";

const sizes = [390, 1366, 1920];
const colours = ["color-contrast", "link-in-text-block"]; // what a darker page may break

let product;
let chromium;
let readers;
const rooms = new Map(); // address of a menu or of an area's pages → the page that has it

before(async () => {
  product = await startDemo({ config: { trusted_proxies: ["127.0.0.0/8"] } });
  chromium = await openChromium();
  readers = openReaders(chromium, product);
});
after(async () => {
  await readers?.close();
  await chromium?.close();
  await product?.stop();
});

// visit opens a page as its reader and fails if it says anything on the console, asks another host or breaks its policy.
async function visit(entry, { lang, ...options }, look) {
  const context = await readers.context(entry.role, { locale: lang === "en" ? "en-GB" : "zh-CN", far: entry.far, ...options });
  const path = await readers.find(entry);
  const page = await context.newPage();
  const seen = watch(page, [product.url]);
  try {
    const answer = await page.goto(product.url + path);
    assert.equal(answer.status(), entry.status ?? 200, path);
    assert.match(answer.headers()["content-security-policy"], /default-src 'none'|default-src 'self'/);
    await look(page);
    assert.deepEqual(seen.outside, []);
    assert.deepEqual(seen.violations, []);
    assert.deepEqual(entry.status ? seen.errors.filter((line) => !line.includes(String(entry.status))) : seen.errors, []);
  } finally {
    await page.close();
  }
}

describe("every page", { concurrency: 2 }, () => {
  for (const entry of pages) {
    for (const lang of ["zh", "en"]) {
      it(`${entry.name} (${lang})`, () =>
        visit(entry, { lang }, async (page) => {
          await assertDrawn(page, entry.charts);
          assert.equal(await page.locator("html").getAttribute("lang"), lang === "en" ? "en" : "zh-CN");
          await speaks(page, lang);
          await notEmpty(page);
          for (const width of sizes) {
            await within(page, width);
            if (width < 1900) await accessible(page);
          }
          await page.emulateMedia({ colorScheme: "dark" });
          for (const width of [1366, 390]) {
            await within(page, width);
            await accessible(page, colours);
          }
          if (lang === "en") return;
          const links = await page.locator("nav.menu a, nav.rooms a").evaluateAll((all) => all.map((a) => a.pathname));
          for (const link of links) rooms.set(link, entry.name);
        }));
    }
  }
});

describe("the keyboard alone", { concurrency: 2 }, () => {
  for (const entry of pages) {
    it(entry.name, () =>
      visit(entry, { lang: "zh" }, async (page) => {
        await assertDrawn(page);
        await keyboard(page);
      }));
  }
});

test("no page of the menu, of an area or of the routes is missing here", async () => {
  const paths = await Promise.all(pages.map(async (entry) => (await readers.find(entry)).replace(/\?.*/, "")));
  assert.equal(new Set(pages.map((entry) => entry.name)).size, pages.length, "two pages have one name, and so one picture");
  assert.ok(rooms.size >= 8, [...rooms.keys()].join(" "));
  for (const [link, page] of rooms) assert.ok(paths.includes(link), `${link}, to which ${page} leads, is not in pages.mjs`);
  const folder = join(root, "dashboard");
  const sources = (await readdir(folder)).filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"));
  const patterns = (await Promise.all(sources.map((name) => readFile(join(folder, name), "utf8")))).flatMap((text) =>
    [...text.matchAll(/pattern: "GET ([^"]+)"/g)].map(([, pattern]) => pattern),
  );
  assert.ok(patterns.length > 30);
  for (const pattern of patterns) {
    if (noPages.some((none) => none.test(pattern.replace("{file...}", "x").replace(/[{}]/g, "")))) continue;
    const shape = new RegExp(`^${pattern.replace("{$}", "").replace(/\{[^}]+\.\.\.\}/g, ".+").replace(/\{[^}]+\}/g, "[^/]+")}$`);
    assert.ok(paths.some((path) => shape.test(path)), `${pattern} is not in pages.mjs`);
  }
});
