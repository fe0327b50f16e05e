// Makes the pictures of docs/screens from the demo: node browser/screens.mjs [NAME…]
//
// For every page and language one sheet with the page at three widths side by side, at half their size, and two large
// pictures. With names: the sheets of these pages alone. DEMO_DATA names a folder that holds the demo already; else a
// third of the whole demo is made for them.
import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openChromium, watch } from "./chromium.mjs";
import { startDemo } from "./demo.mjs";
import { openReaders, pages, settled } from "./pages.mjs";
import { root } from "./product.mjs";

const folder = process.env.SCREENS ?? join(root, "docs/screens");
const widths = [1920, 1366, 390];
const scale = 0.5;
const gap = 16; // pixels of a sheet between its pictures
const tallest = 2400; // pixels of a page; what is below is left out
const most = 110 * 1024; // bytes of a sheet
const mostOfAll = 8 * 1024 * 1024;
const languages = { zh: "zh-CN", en: "en-GB" };

// The pictures at full size, and the tablet, which is no page of the dashboard.
const large = [
  { name: "large-overview", at: "/?p=30d", width: 1366, height: 1120 },
  { name: "large-overview-en-dark", at: "/?p=30d", width: 1366, height: 1120, lang: "en", colorScheme: "dark" },
  { name: "kiosk", at: "/kiosk", width: 1280, height: 800, before: enterKey },
];

const only = process.argv.slice(2);
const product = await startDemo({ scale: 0.3, config: { trusted_proxies: ["127.0.0.0/8"] } });
let sum = 0;
try {
  const chromium = await openChromium();
  const readers = openReaders(chromium, product);
  await mkdir(folder, { recursive: true });
  if (only.length === 0) {
    for (const file of await readdir(folder)) if (/\.(png|webp)$/.test(file)) await rm(join(folder, file));
  }
  const wanted = (entry) => only.length === 0 || only.includes(entry.name);
  const work = [
    ...pages.filter(wanted).flatMap((entry) => Object.keys(languages).map((lang) => () => sheet(chromium, readers, entry, lang))),
    ...large.filter(wanted).map((entry) => () => picture(chromium, readers, entry)),
  ];
  const worker = async () => {
    for (let next = work.shift(); next; next = work.shift()) await next();
  };
  await Promise.all([worker(), worker()]);
  if (only.length === 0) await index();
  await readers.close();
  await chromium.close();
  console.log(`${Math.round(sum / 1024)} KiB in all`);
  assert.ok(sum <= mostOfAll, `${sum} bytes of pictures, more than ${mostOfAll}`);
} finally {
  await product.stop();
}

// opened is a page as its reader sees it.
async function opened(readers, entry, lang, options = {}) {
  const context = await readers.context(entry.role, { locale: languages[lang], far: entry.far, ...options });
  const page = await context.newPage();
  const seen = watch(page, [product.url]);
  await page.goto(product.url + (await readers.find(entry)));
  await settled(page);
  return { page, seen };
}

async function sheet(chromium, readers, entry, lang) {
  const { page, seen } = await opened(readers, entry, lang);
  const shots = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 1080 });
    await page.waitForTimeout(400);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    const png = await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, tallest) } });
    shots.push({ width: width * scale, height: Math.min(height, tallest) * scale, png: png.toString("base64") });
  }
  assert.deepEqual([...seen.outside, ...seen.violations], []);
  await page.close();

  const table = await chromium.newContext({ viewport: { width: 200, height: 200 } });
  const paper = await table.newPage();
  const images = shots.map(({ width, height, png }) => `<img width="${width}" height="${height}" src="data:image/png;base64,${png}">`);
  await paper.setContent(
    `<style>body{margin:0;padding:${gap}px;display:flex;gap:${gap}px;align-items:flex-start;background:#8a8f98;width:max-content}img{display:block}</style>${images.join("")}`,
  );
  await paper.evaluate(() => Promise.all([...document.images].map((image) => image.decode())));
  const size = {
    width: shots.reduce((all, shot) => all + shot.width + gap, gap),
    height: Math.max(...shots.map((shot) => shot.height)) + 2 * gap,
  };
  await keep(paper, `${entry.name}.${lang}`, size, most, true);
  await table.close();
}

async function picture(chromium, readers, { name, at, lang = "zh", width, height, before, colorScheme }) {
  const { page } = await opened(readers, { at }, lang, { colorScheme, viewport: { width, height } });
  await before?.(page);
  await page.waitForTimeout(500);
  await keep(page, name, { width, height }, 120 * 1024, false);
  await page.close();
}

// keep writes a picture as WebP, as fine as its size allows.
async function keep(page, name, { width, height }, limit, captureBeyondViewport) {
  const session = await page.context().newCDPSession(page);
  let bytes;
  for (const [quality, scale] of [[80, 1], [65, 1], [50, 1], [35, 1], [20, 1], [40, 0.8], [40, 0.65]]) {
    const { data } = await session.send("Page.captureScreenshot", {
      format: "webp", quality, captureBeyondViewport, clip: { x: 0, y: 0, width, height, scale },
    });
    bytes = Buffer.from(data, "base64");
    if (bytes.length <= limit) break;
  }
  assert.ok(bytes.length <= limit, `${name}: ${bytes.length} bytes, more than ${limit}`);
  sum += bytes.length;
  await writeFile(join(folder, `${name}.webp`), bytes);
  console.log(`${name}.webp: ${Math.round(bytes.length / 1024)} KiB`);
}

// index lists the pictures, in the order of the pages.
async function index() {
  const lines = pages.map(({ name, role = "leader" }) => `| ${name} | ${role} | [中文](${name}.zh.webp) | [English](${name}.en.webp) |`);
  await writeFile(
    join(folder, "README.md"),
    `# Pictures

Every page of the product at 1920, 1366 and 390 pixels, side by side at half their size, from a third of the demo's
data: invented places, institutions and figures. Pages longer than ${tallest} pixels are cut off. \`make screens\` makes them anew, the list
of pages is [browser/pages.mjs](../../browser/pages.mjs).

At full size: [overview](large-overview.webp), [the same in English, dark](large-overview-en-dark.webp), [the page on a tablet](kiosk.webp).

| page | who opens it | | |
|---|---|---|---|
${lines.join("\n")}
`,
  );
}

// enterKey gives the kiosk page the key that the demo prints for it.
async function enterKey(page) {
  await page.fill("#key", /key: (hcp_[0-9a-f]{64})/.exec(product.output())[1]);
  await page.fill("#place", "示一市政务服务中心 3 号窗口");
  await page.click("button[type=submit]");
  for (let i = 0; i < 40 && (await page.locator("#key").count()) > 0; i++) {
    await page.waitForTimeout(250);
    await page.locator("button[type=submit]:enabled").click({ timeout: 500 }).catch(() => {});
  }
  await page.locator("[data-level]").first().waitFor();
  await page.mouse.move(2, 2);
}
