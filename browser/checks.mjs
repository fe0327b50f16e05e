// What the tests of the pages look at: charts, tables, files, accessibility.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { settled } from "./pages.mjs";

const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// drawn waits for the charts of a page and returns, for each, its name, whether echarts
// holds it, and how many of its pixels are painted in how many colours.
export async function drawn(page) {
  await settled(page);
  return page.evaluate(() =>
    [...document.querySelectorAll("script[data-chart]")].map(({ dataset: { chart } }) => {
      const host = document.getElementById(`plot-${chart}`);
      const canvas = host?.querySelector("canvas");
      const instance = Boolean(host && window.echarts.getInstanceByDom(host));
      if (!canvas) return { chart, instance, painted: 0, colours: 0 };
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set();
      let painted = 0;
      for (let i = 0; i < data.length; i += 4 * 7) {
        if (data[i + 3] === 0) continue;
        painted++;
        colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      }
      return { chart, instance, painted, colours: colours.size };
    }),
  );
}

// assertDrawn fails if a chart of the page is an empty box.
export async function assertDrawn(page, least = 0) {
  const charts = await drawn(page);
  for (const c of charts) assert.ok(c.instance && c.painted > 300 && c.colours > 3, `${page.url()}: ${JSON.stringify(c)}`);
  assert.ok(charts.length >= least, `${page.url()}: ${charts.length} charts, want ${least}`);
}

// accessible fails with what axe-core finds on a page; with rules, with what these find.
export async function accessible(page, rules) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await axeSource);
  const found = await page.evaluate(async (only) => {
    const { violations } = await window.axe.run(document, {
      resultTypes: ["violations"], ...(only ? { runOnly: { type: "rule", values: only } } : {}),
    });
    return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`);
  }, rules);
  assert.deepEqual(found, [], `${page.url()} at ${page.viewportSize().width}`);
}

// within fails if a page is wider than its window.
export async function within(page, width) {
  await page.setViewportSize({ width, height: 900 });
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    const far = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.parentElement.closest(".scroll"));
    return far.slice(0, 5).map((e) => e.outerHTML.slice(0, 90));
  });
  assert.deepEqual(wide, [], `${page.url()} scrolls sideways at ${width}`);
}

// ownWords are the words of a page that are ours: its texts and labels without names, codes and what people wrote.
export function ownWords(page) {
  return page.evaluate(() => {
    const names = ["aria-label", "title", "placeholder", "alt"];
    const copy = document.documentElement.cloneNode(true);
    for (const n of copy.querySelectorAll("[translate=no], script, style")) n.remove();
    // A block of set words names indicators and tiers by their codes.
    for (const n of copy.querySelectorAll("pre")) n.textContent = n.textContent.replace(/[a-z][a-z0-9_@.-]*/g, "");
    for (const n of copy.querySelectorAll("a, button, option, th, td, li, summary")) n.append(" ");
    const labels = [...copy.querySelectorAll("*")].flatMap((e) => names.map((n) => e.getAttribute(n) ?? ""));
    return [copy.querySelector("body").textContent, ...labels].join(" ").replace(/\s+/g, " ");
  });
}

// Words that are the same in both languages: formats, names of sources, commands.
const both = /\b(CSV|Excel|JSON|YAML|XLSX|xlsx|csv|MiB|UTF|HTTP|HTTPS|API|ID|SHA|Ed25519|OpenSSL|Wilson)\b|\bdemo-[a-z]+|\bhaochaping [a-z]+/g;

// speaks fails if a page's own words are not in one language alone.
export async function speaks(page, lang) {
  const words = await ownWords(page);
  assert.doesNotMatch(words, /⟦|NaN|undefined|%!|<no value>/);
  const foreign = lang === "zh" ? (words.replace(both, "").match(/[^ ]*[A-Za-z]{2,}[^ ]*/g) ?? []) : (words.match(/[^ ]*\p{Script=Han}+[^ ]*/gu) ?? []);
  assert.deepEqual(foreign.slice(0, 20), [], `${page.url()} in ${lang}`);
}

// notEmpty fails if a card shows nothing: neither a figure nor a list, nor words that say why.
export async function notEmpty(page) {
  const empty = await page.evaluate(() =>
    [...document.querySelectorAll("section.card")]
      .filter((card) => !card.querySelector(".empty, .notice, canvas, tbody tr, li, dd, form, pre, svg, p:not(header p)"))
      .map((card) => card.id),
  );
  assert.deepEqual(empty, [], page.url());
  const failed = await page.evaluate(() => [...document.querySelectorAll(".notice.warn .incident")].map((n) => n.parentElement.textContent));
  assert.deepEqual(failed, [], page.url());
}

// linked is every address of the product that a page leads to or loads, without fragments; what signs out, sends
// or changes something is not among them.
export function linked(page) {
  return page.evaluate(() =>
    [...new Set([...document.querySelectorAll("a[href], link[href], script[src], img[src]")].map((e) => (e.href ?? e.src).replace(/#.*/, "")))].filter(
      (at) => at.startsWith(location.origin),
    ),
  );
}

// keyboard goes through a page with the Tab key and fails if that leaves out anything that can be used, shows no focus,
// or is caught somewhere. Lists that fold are unfolded before.
export async function keyboard(page) {
  const wanted = await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const usable = "a[href], button:not(:disabled), input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled), summary, [tabindex='0']";
    const visible = [...document.querySelectorAll(usable)].filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0);
    visible.forEach((e, n) => (e.dataset.tab = n));
    window.hcpTabs = { reached: new Set(), dim: new Set() };
    document.addEventListener("focusin", ({ target }) => {
      if (target.dataset.tab === undefined) return;
      window.hcpTabs.reached.add(target.dataset.tab);
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(target);
      if ((outlineStyle === "none" || parseFloat(outlineWidth) < 1) && boxShadow === "none") window.hcpTabs.dim.add(target.outerHTML.slice(0, 120));
    });
    document.activeElement?.blur();
    return visible.length;
  });
  assert.ok(wanted > 0, page.url());
  let missing = [];
  for (let pressed = 0, before = -1; pressed < wanted * 3 + 40; ) {
    for (let i = 0; i < 20; i++, pressed++) await page.keyboard.press("Tab");
    const now = await page.evaluate(() => window.hcpTabs.reached.size);
    if (now === wanted || (now === before && pressed > wanted + 40)) break;
    before = now;
  }
  missing = await page.evaluate(() =>
    [...document.querySelectorAll("[data-tab]")]
      .filter((e) => !window.hcpTabs.reached.has(e.dataset.tab))
      .filter((e) => !(e.type === "radio" && [...document.getElementsByName(e.name)].some((r) => window.hcpTabs.reached.has(r.dataset.tab))))
      .map((e) => e.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(missing.slice(0, 5), [], `${page.url()}: the Tab key does not reach ${missing.length} of ${wanted}`);
  const dim = await page.evaluate(() => [...window.hcpTabs.dim]);
  assert.deepEqual(dim.slice(0, 5), [], `${page.url()}: focus is not seen`);
  return wanted;
}

// tableOf reads the texts of a card's table: its header first, then its rows.
export function tableOf(page, card) {
  return page.evaluate(
    (id) => [...document.querySelectorAll(`#card-${id} table tr`)].map((row) => [...row.cells].map((c) => c.textContent.trim())),
    card,
  );
}

// parseCSV reads a file as the product writes it and returns its first line (the mark of
// demo data) and its records.
export function parseCSV(text) {
  assert.equal(text.codePointAt(0), 0xfeff, "the file begins with the mark by which spreadsheets know UTF-8");
  const records = text
    .slice(1)
    .trimEnd()
    .split("\r\n")
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((m) => (m[1] ?? m[2]).replaceAll('""', '"')));
  const [[mark], ...rest] = records;
  return { mark, records: rest };
}
