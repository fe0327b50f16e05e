// All pages of the product: who opens them, and how to come to them. A page that is missing here fails pages.test.mjs.
import assert from "node:assert/strict";

// The pages, in the order of the menu. A page is
//
//   name     of the page, and of its pictures
//   at       its address; or { from, link, query }: the first link on the page `from` that begins with `link`; or a
//            function that does what leads there, as the reader: (request, url) => address
//   role     of the demo account that opens it (leader, city, evaluator, handler, operator, administrator, auditor);
//            newcomer: an account with a one-time password; nobody: who has not signed in
//   charts   how many charts it has at least, with little data
//   status   of the answer, if it is not 200
//   far      true: asked from another machine
//
// OWN in an address stands for the product's `own` (see demo.mjs).
export const pages = [
  { name: "overview", at: "/", charts: 6 },
  { name: "brief", at: "/brief" },
  { name: "region-province", at: "/region/99", charts: 6 },
  { name: "region-city", at: "/region/9901?p=12m", charts: 5 },
  { name: "region-county", at: "/region/990101?p=12m", charts: 4 },
  { name: "region-township", at: "/region/990101001?p=12m", charts: 2 },
  { name: "hall", at: "/hall/9901H01?p=12m", charts: 4 },
  { name: "window", at: "/hall/9901H01/window/003?p=12m", charts: 3 },
  { name: "department", at: { from: "/ranking?by=department&p=12m", link: "/department/", query: "?p=12m" }, charts: 3 },
  { name: "item", at: { from: { from: "/ranking?by=department&p=12m", link: "/department/", query: "?p=12m" }, link: "/item/", query: "?p=12m" } },
  { name: "unattributed", at: "/unattributed" },
  { name: "search", at: "/search?q=示一" },
  { name: "search-nothing", at: "/search?q=zzzzzz" },
  { name: "ranking", at: "/ranking?p=12m", charts: 1 },
  { name: "ranking-what-if", at: "/ranking?p=12m&rule=with_defaults", charts: 1 },
  { name: "ranking-departments", at: "/ranking?by=department&p=12m", charts: 1 },
  { name: "editions", at: "/editions" },
  { name: "edition", at: "/edition/OWN.revised", charts: 1 },
  { name: "edition-comparison", at: "/editions/compare?a=OWN.compared&b=OWN.revised" },
  { name: "reviews", at: "/reviews?p=12m" },
  { name: "review", at: { from: "/reviews?p=12m", link: "/review/" }, role: "handler" },
  { name: "quality", at: "/quality" },
  { name: "quality-refusals", at: "/quality/refusals", role: "operator" },
  { name: "quality-refusal", at: { from: "/quality/refusals", link: "/quality/refusals/" }, role: "operator" },
  { name: "workbench", at: "/workbench", role: "evaluator" },
  { name: "scheme", at: { from: "/workbench", link: "/scheme/good-bad-review" }, role: "evaluator" },
  { name: "rehearsal", at: "/workbench/rehearsal", role: "evaluator" },
  { name: "indicators", at: "/workbench/indicators", role: "evaluator" },
  { name: "indicators-check", at: uploadIndicators, role: "evaluator" },
  { name: "targets", at: "/workbench/targets", role: "evaluator" },
  { name: "workbench-editions", at: "/workbench/editions", role: "evaluator" },
  { name: "workbench-edition", at: "/workbench/edition/OWN.objected", role: "evaluator" },
  { name: "objections", at: "/workbench/objections", role: "evaluator" },
  { name: "edition-draft", at: "/edition/OWN.objected", role: "evaluator" },
  { name: "evidence", at: "/evidence/region/9901?p=12m", role: "evaluator" },
  { name: "runs", at: "/runs", role: "operator" },
  { name: "wall", at: "/wall", charts: 3 },
  { name: "sign-in-demo", at: "/sign-in", role: "nobody" },
  { name: "sign-in", at: "/sign-in", role: "nobody", far: true },
  { name: "password", at: "/account/password", role: "newcomer" },
  { name: "account", at: "/account" },
  { name: "accounts", at: "/accounts", role: "administrator" },
  { name: "accounts-one", at: { from: "/accounts", link: "/accounts/" }, role: "administrator" },
  { name: "audit", at: "/audit", role: "auditor" },
  { name: "not-found", at: "/no/such/page", status: 404 },
  { name: "forbidden", at: "/accounts", status: 403 },
];

// Addresses that answer with something else than a page, or lead elsewhere.
export const noPages = [
  /^\/evidence\/.*\/pack\.zip$/,
  /^\/(live|wall\/events|search\.json|map\.json|assets\/.*|ranking\.(csv|xlsx)|edition\/[^/]+\/file|scheme\/[^/]+\/text|evidence\/[^/]+\/[^/]+\/pack\.zip|workbench\/(indicators\/template\.xlsx|edition\/[^/]+\/parts\.zip)|sign-in\/.*)$/,
];

// A reader of a machine far away, as a trusted proxy says.
const farAway = { "X-Forwarded-For": "192.0.2.1" };

// openReaders gives what opens pages as their readers: context(role, options) signs in once for each role and options
// (Playwright's), find(page) is the address of a page below the product's, close() ends all.
export function openReaders(chromium, product, always = {}) {
  const contexts = new Map();
  const found = new Map();
  const begin = async (role, { far, ...options }) => {
    const context = await chromium.newContext({ ...always, ...options, ...(far ? { extraHTTPHeaders: farAway } : {}) });
    if (role === "newcomer") {
      const { account: name, password } = product.own;
      await post(context, `${product.url}/sign-in`, { name, password });
    } else if (role !== "nobody") {
      await post(context, `${product.url}/sign-in/demo`, { account: `demo:${role}` });
    }
    return context;
  };
  const context = (role = "leader", options = {}) => {
    const key = JSON.stringify([role, options]);
    if (!contexts.has(key)) contexts.set(key, begin(role, options));
    return contexts.get(key);
  };
  const resolve = async (at, role) => {
    const base = new URL(product.url).pathname.replace(/\/$/, "");
    if (typeof at === "function") return (await at((await context(role)).request, product.url)).slice(base.length);
    if (typeof at === "string") return at.replace(/OWN\.(\w+)/g, (_, name) => product.own[name]);
    const from = await find({ at: at.from, role });
    const reader = await context(role);
    const text = await (await reader.request.get(product.url + from)).text();
    const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => href.replaceAll("&amp;", "&"));
    const link = links.find((href) => href.startsWith(base + at.link));
    assert.ok(link, `${from} has no link to ${at.link}`);
    return link.slice(base.length).replace(at.query ? /\?.*/ : /$^/, "") + (at.query ?? "");
  };
  function find({ at, role }) {
    const key = JSON.stringify([at.name ?? at, role]);
    if (!found.has(key)) found.set(key, resolve(at, role));
    return found.get(key);
  }
  return { context, find, close: async () => Promise.all([...contexts.values()].map(async (c) => (await c).close())) };
}

// uploadIndicators hands in the template as it is sent out, with nothing filled in.
async function uploadIndicators(request, url) {
  const choice = /name="scheme"[^>]*>.*?value="([^"]+)"/s.exec(await (await request.get(`${url}/workbench/indicators`)).text())[1];
  const file = await (await request.get(`${url}/workbench/indicators/template.xlsx?scheme=${encodeURIComponent(choice)}`)).body();
  const mimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  const answer = await request.post(`${url}/workbench/indicators`, { multipart: { file: { name: "template.xlsx", mimeType, buffer: file } }, maxRedirects: 0 });
  assert.equal(answer.status(), 303, await answer.text());
  return new URL(answer.headers().location, url).pathname;
}

async function post(context, address, form) {
  const answer = await context.request.post(address, { form, maxRedirects: 0 });
  assert.equal(answer.status(), 303, `${address}: ${answer.status()}`);
}

// signIn signs a browser in with one of the demo's accounts, as a reader does: with a click on the sign-in page.
export async function signIn(context, url, role = "leader") {
  const page = await context.newPage();
  await page.goto(`${url}/sign-in`);
  await page.click(`button[value="demo:${role}"]`);
  await page.waitForURL((at) => !at.pathname.includes("/sign-in"));
  await page.close();
}

// settled waits until nothing of a page is still being computed, loaded or drawn. A part that could not be read in time,
// on a machine with more to do, is asked for again.
export async function settled(page) {
  for (let again = 0; ; again++) {
    await page.waitForFunction(
      () => !document.querySelector("[data-pending]") && [...document.querySelectorAll("[data-plot]")].every((host) => host.querySelector("canvas")),
      undefined,
      { timeout: 60_000 },
    );
    if (again === 3 || (await page.locator(".notice.warn .incident").count()) === 0) break;
    await page.waitForTimeout(2_000 * (again + 1));
    await page.reload();
  }
  await page.evaluate(() => document.fonts.ready);
}
