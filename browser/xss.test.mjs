// Names, lines, aliases, comments, tags and device names that try to run, to break out or to break the page, in a
// real browser against the real product: every page and chart stays what it is.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { drawn, within } from "./checks.mjs";
import { openChromium, watch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { openReaders, pages } from "./pages.mjs";

// As names: what the cleaning of names leaves of them is the most hostile that a directory can hold.
const texts = [
  "</script><script>window.__pwned=1</script>", "<img src=x onerror=window.__pwned=2>", "__f__window.__pwned=3__f__", '"><svg onload=window.__pwned=4>',
  '{{.Person}}{{printf "%s" .}}', "${window.__pwned=5}`", "\\u003cscript\\u003ewindow.__pwned=6", "\u202Egnol\u2066\u2067x", "a\u200B\u200D\uFEFFb",
  "长".repeat(500), "W".repeat(480), '=HYPERLINK("http://elsewhere.example","x")', "@SUM(A1:A9)", "javascript:window.__pwned=7", "]]><!--",
  "{a|b}{c}", "\u2028window.__pwned=8\u2029", "<style>*{display:none}</style>", "&lt;b&gt;&#x3c;script&#x3e;", "https://elsewhere.example/",
];
const name = (i) => texts[i % texts.length];

let folder;
let product;
let chromium;
let readers;

const cell = (text) => `"${text.replaceAll('"', '""')}"`;

async function importList(kind, rows) {
  const file = join(folder, `${kind}.csv`);
  await writeFile(file, rows.map((row) => row.map(cell).join(",")).join("\n") + "\n");
  return product.cli("directory", "import", kind, file);
}

async function textOf(path, role = "evaluator") {
  return (await (await readers.context(role)).request.get(product.url + path)).text();
}

// linked are the codes behind the links of a page that lead to units of a kind.
async function linked(path, kind) {
  const links = (await textOf(path)).matchAll(new RegExp(`href="/${kind}/([^"?]+)`, "g"));
  return [...new Set([...links].map((m) => decodeURIComponent(m[1])))];
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "haochaping-hostile-")); // never the demo that other tests share
  product = await startDemo({ dataDir: join(folder, "data"), config: { trusted_proxies: ["127.0.0.0/8"] } });
  chromium = await openChromium();
  readers = openReaders(chromium, product);
  const hall = "9901H01";
  const cities = ["9901", "9902", "9903", "9904", "9905", "9906", "9907"];
  const counties = (await linked("/region/9901?p=12m", "region")).filter((code) => code.length === 6);
  const halls = (await linked(`/region/${counties[0]}?p=12m`, "hall")).filter((code) => !code.includes("/") && code !== hall);
  const windows = (await linked(`/hall/${hall}?p=12m`, "hall")).filter((code) => code.includes("/window/")).map((code) => code.split("/window/")[1]);
  const departments = await linked("/ranking?by=department&p=12m", "department");
  const items = await linked(`/department/${encodeURIComponent(departments[0])}?p=12m`, "item");
  await importList("regions", [
    ["code", "name", "name_en", "parent", "level", "aliases"],
    ...["99", ...cities, ...counties].map((code, i) => [code, name(i), name(i + 1), code === "99" ? "" : code.slice(0, -2), name(i + 2), name(i + 3)]),
  ]);
  await importList("halls", [
    ["code", "name", "name_en", "region", "opening_hours"],
    ...[hall, ...halls].map((code, i) => [code, name(i + 1), name(i + 2), code === hall ? "9901" : counties[0], name(i)]),
  ]);
  await importList("windows", [["hall", "code", "name", "name_en"], ...windows.map((code, i) => [hall, code, name(i), name(i + 1)])]);
  await importList("departments", [
    ["code", "name", "name_en", "region", "line"], ...departments.map((code, i) => [code, name(i), name(i + 1), cities[i % cities.length], texts[i % 3]]),
  ]);
  await importList("items", [["code", "name", "name_en", "department"], ...items.map((code, i) => [code, name(i), name(i + 1), departments[0]])]);
  const { objected } = product.own;
  for (let i = 0; i < 4; i++) await product.cli("edition", "objection", "add", objected, "--unit", cities[i], "--text", texts[i], "--by", texts[i]);
  await product.cli("edition", "redraw", objected, "--by", texts[0], "--reason", texts[1]);
  await rate(hall, windows[0]);
});
after(async () => {
  await readers?.close();
  await chromium?.close();
  await product?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

// rate sends bad ratings with every text as comment, tag and device, and waits until they are counted.
async function rate(hall, window) {
  const key = (await product.cli("source", "add", "--name", "hostile", "--code-map", "five-best")).trim();
  const ratings = texts.map((text, i) => ({
    id: randomUUID(), level: (i % 2) + 1, hall, window, channel: "web", rated_at: new Date(Date.now() - 60_000 * (i + 1)).toISOString(), comment: text,
    tags: [`1${[...text].slice(0, 40).join("")}`], platform: [...text].slice(0, 60).join(""),
  }));
  const send = () =>
    fetch(`${product.url}/api/v1/ratings`, { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` }, body: JSON.stringify(ratings) });
  let response = await send();
  for (let i = 0; i < 40 && response.status === 401; i++) { // until the collector knows the key
    await sleep(500);
    response = await send();
  }
  const receipt = await response.text();
  assert.ok([200, 202, 207].includes(response.status), receipt);
  for (const text of texts.slice(0, 4)) assert.ok(!receipt.includes(text), "a receipt repeats what was sent");
  for (let i = 0; ; i++) {
    const list = await textOf("/reviews?p=12m", "handler");
    if (list.includes("window.__pwned") && list.includes('href="/review/')) return;
    assert.ok(i < 120, "the ratings are not counted within a minute");
    await sleep(500);
  }
}

test("a name longer than 500 characters is refused, with its line and what is allowed", async () => {
  await assert.rejects(importList("regions", [["code", "name", "parent"], ["9901", "长".repeat(10_000), "99"]]), (err) => {
    assert.match(err.stderr, /10000 characters; a name has at most 500/);
    return true;
  });
});

// Where a text is asked for that runs nowhere else.
const asked = [
  { name: "ranking-of-a-line", at: `/ranking?by=department&p=12m&line=${encodeURIComponent(texts[0])}` },
  { name: "ranking-of-another-line", at: `/ranking?by=department&p=12m&line=${encodeURIComponent(texts[2])}` },
  { name: "reviews-with-a-text", at: `/reviews?p=12m&text=${encodeURIComponent(texts[1])}` },
  { name: "search-for-a-text", at: `/search?q=${encodeURIComponent(texts[0])}` },
  { name: "search-for-a-quote", at: `/search?q=${encodeURIComponent(texts[3])}` },
];

describe("nothing runs, nothing breaks", () => {
  for (const entry of [...pages, ...asked]) {
    for (const locale of ["zh-CN", "en-GB"]) {
      it(`${entry.name} (${locale})`, async (t) => {
        const context = await readers.context(entry.role, { locale, far: entry.far });
        const page = await context.newPage();
        t.after(() => page.close());
        const seen = watch(page, [product.url]);
        const dialogs = [];
        page.on("dialog", async (dialog) => {
          dialogs.push(dialog.message());
          await dialog.dismiss();
        });
        const answer = await page.goto(product.url + (await readers.find(entry)));
        assert.equal(answer.status(), entry.status ?? 200);
        for (const c of await drawn(page)) assert.ok(c.instance && c.painted > 300, JSON.stringify(c));
        for (const plot of await page.locator("[data-plot]").all()) { // tips are made of names too
          const box = await plot.boundingBox();
          if (box) await plot.hover({ position: { x: box.width / 2, y: box.height / 2 }, force: true });
        }
        for (const width of [1366, 390]) await within(page, width);
        assert.equal(await page.evaluate(() => window.__pwned), undefined);
        assert.equal(await page.locator("h1").count(), 1);
        assert.notEqual(await page.locator("h1").evaluate((h) => getComputedStyle(h).display), "none");
        assert.deepEqual(dialogs, []);
        assert.deepEqual(seen.outside, []);
        assert.deepEqual(seen.violations, []);
        assert.deepEqual(entry.status ? seen.errors.filter((line) => !line.includes(String(entry.status))) : seen.errors, []);
      });
    }
  }
});
