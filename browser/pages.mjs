// What the tests of the pages look at: charts, tables, files, accessibility.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// signIn signs a browser in with one of the demo's accounts, as a reader does: with a click on the sign-in page.
export async function signIn(context, url, role = "leader") {
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.click(`button[value="demo:${role}"]`);
  await page.waitForURL((at) => !at.pathname.includes("/sign-in"));
  await page.close();
}

// drawn waits for the charts of a page and returns, for each, its name, whether echarts
// holds it, and how many of its pixels are painted in how many colours.
export async function drawn(page) {
  await page.waitForFunction(() => {
    const hosts = [...document.querySelectorAll("[data-plot]")];
    return hosts.every((host) => host.querySelector("canvas"));
  });
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

// accessible fails with what axe-core finds on a page.
export async function accessible(page) {
  await page.evaluate(await axeSource);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`);
  });
  assert.deepEqual(found, [], page.url());
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
