// Renews package-lock.json from package.json: `node scripts/lock.mjs`.
//
// Two things npm does not do by itself:
// - a registry may hold the engine's library for fewer platforms than its
//   makers publish, and npm then drops the others from the lock, after which
//   `npm ci` refuses the lock wherever they can be had. All platforms stay in;
//   one that could not be had here carries no checksum;
// - the lock carries funding addresses; it should carry none at all.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const lockFile = "package-lock.json";

execFileSync("npm", ["install", "--package-lock-only", "--ignore-scripts"], { stdio: "inherit" });

const lock = JSON.parse(readFileSync(lockFile, "utf8"));
for (const [name, version] of Object.entries(lock.packages[""].optionalDependencies ?? {})) {
  const [, os, cpu, libc] = /^@chdb\/lib-(\w+)-(\w+?)(?:-(gnu))?$/.exec(name);
  lock.packages[`node_modules/${name}`] ??= {
    version,
    cpu: [cpu],
    ...(libc ? { libc: ["glibc"] } : {}),
    license: "Apache-2.0",
    optional: true,
    os: [os],
  };
}
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
);

const text = JSON.stringify(lock, null, 2) + "\n";
if (/https?:\/\//.test(text)) {
  throw new Error(`${lockFile} holds an address: ${/https?:\/\/[^"]*/.exec(text)[0]}`);
}
writeFileSync(lockFile, text);
