// Makes the pictures of docs/screens from the demo: node browser/screens.mjs [DATA_DIR]
//
// With a folder that holds the demo already they show what is in it, else a third of
// the whole demo, made for them. Needs pngquant (apt-get install pngquant).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { openBrowser } from "./chromium.mjs";
import { assertDrawn, signIn } from "./pages.mjs";
import { root, startProduct } from "./product.mjs";

const run = promisify(execFile);
const folder = join(root, "docs/screens");
const most = 250 * 1024; // bytes of a picture

const pictures = [
  { name: "overview", path: "/?p=30d", charts: 6, height: 1120 },
  { name: "overview-en-dark", path: "/?p=30d", charts: 6, height: 1120, locale: "en-GB", colorScheme: "dark" },
  { name: "region", path: "/region/9902?p=30d", charts: 5, height: 1120 },
  { name: "ranking", path: "/ranking?p=lastmonth", charts: 0, height: 860 },
  { name: "mobile", path: "/?p=30d", charts: 6, width: 390, height: 844, deviceScaleFactor: 2 },
  { name: "kiosk", path: "/kiosk", width: 1280, height: 800, before: enterKey },
];

const product = await startProduct({ command: "demo", args: ["--scale", "0.3", "--live=false"], dataDir: process.argv[2], timeoutMs: 600_000 });
try {
  await mkdir(folder, { recursive: true });
  for (const picture of pictures) await take(picture);
} finally {
  await product.stop();
}

async function take({ name, path, charts, before, width = 1366, height, ...options }) {
  const browser = await openBrowser({
    allowed: [product.url], reducedMotion: "reduce", viewport: { width, height }, ...options,
  });
  try {
    if (path !== "/kiosk") await signIn(browser.context, product.url);
    const page = await browser.context.newPage();
    await page.goto(product.url + path);
    await page.waitForFunction(() => !document.querySelector("[data-pending]"), undefined, { timeout: 90_000 });
    if (charts !== undefined) await assertDrawn(page, charts);
    await before?.(page);
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(500);
    const png = await page.screenshot();
    assert.deepEqual([...browser.outside, ...browser.violations], []);
    const file = join(folder, `${name}.png`);
    await writeFile(file, png);
    await run("pngquant", ["--force", "--strip", "--speed", "1", "--output", file, "128", file]);
    const { size } = await stat(file);
    if (size > most) throw new Error(`${file}: ${size} bytes, more than ${most}`);
    console.log(`${name}.png: ${Math.round(size / 1024)} KiB`);
  } finally {
    await browser.close();
  }
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
