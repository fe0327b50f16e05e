// A headless Chromium that notices what a page must never do: ask another host,
// break its own content security policy, or throw.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const flags = [
  "--no-sandbox", // the tests run as root in containers; the pages are our own
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Every other name fails at once, so nothing leaves the machine even if a
  // page asks for it.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

// executable finds Chromium: the one HAOCHAPING_CHROMIUM names, or the PATH's.
function executable() {
  if (process.env.HAOCHAPING_CHROMIUM) return process.env.HAOCHAPING_CHROMIUM;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, "chromium");
    if (folder && existsSync(file)) return file;
  }
  throw new Error("Chromium is missing: run scripts/browser-deps.sh, or name one in HAOCHAPING_CHROMIUM");
}

const looks = { locale: "zh-CN", timezoneId: "Asia/Shanghai", viewport: { width: 1366, height: 900 } };

// openBrowser starts Chromium with a profile of its own and returns
//
//   context     Playwright's browser context: context.newPage() …
//   profile     the profile's folder; give it back as { profile } to start the
//               same browser again, with its storage. A given one is kept.
//   outside, violations, errors, clean()   see watch
//   close()     ends it; a profile of its own goes too
export async function openBrowser({ profile, allowed = [], ...options } = {}) {
  const ownProfile = profile === undefined;
  profile ??= await mkdtemp(join(tmpdir(), "haochaping-profile-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable(), headless: true, args: flags, ...looks, ...options,
  });
  await tellViolations(context);
  return {
    context,
    profile,
    ...watch(context, allowed),
    async close() {
      await context.close();
      if (ownProfile) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

// openChromium starts Chromium for many readers at once and returns
//
//   newContext(options)   a reader of its own, without anybody's cookies; options as Playwright's
//   close()               ends it
export async function openChromium() {
  const browser = await chromium.launch({ executablePath: executable(), headless: true, args: flags });
  return {
    async newContext(options = {}) {
      const context = await browser.newContext({ ...looks, reducedMotion: "reduce", ...options });
      await tellViolations(context);
      return context;
    },
    close: () => browser.close(),
  };
}

// Chromium says on the console what a policy forbids; the event says it once more, also where the console is silent.
const tellViolations = (context) =>
  context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });

// watch notices what a page, or the pages of a context, must never do, and returns
//
//   outside     addresses asked for at other hosts than those allowed
//   violations  what broke the content security policy
//   errors      exceptions and console errors, those above apart
//   clean()     fails if any of these three holds something
export function watch(pages, allowed = []) {
  const seen = { outside: [], violations: [], errors: [] };
  const hosts = new Set(allowed.map((address) => new URL(address).host));
  pages.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    const remote = !["data:", "blob:", "about:"].includes(protocol);
    const allowedHost = hosts.size > 0 ? hosts.has(host) : /^(127\.0\.0\.1|localhost)(:|$)/.test(host);
    if (remote && !allowedHost) seen.outside.push(request.url());
  });
  pages.on("console", (message) => {
    if (message.type() !== "error" && !/Content Security Policy/.test(message.text())) return;
    const list = /Content Security Policy/.test(message.text()) ? seen.violations : seen.errors;
    list.push(`${message.text()} (${message.location().url})`);
  });
  pages.on("weberror", (webError) => seen.errors.push(String(webError.error()))); // of a context
  pages.on("pageerror", (error) => seen.errors.push(String(error))); // of a page
  return { ...seen, clean: () => assert.deepEqual(seen, { outside: [], violations: [], errors: [] }) };
}
