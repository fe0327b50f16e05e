// The demo as the tests and the pictures need it: with what nobody has done in it by itself, such as a published
// edition, an objection, a refused record, an account.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root, startProduct } from "./product.mjs";

const run = promisify(execFile);

// startDemo starts the demo in a folder of its own, or in the one that DEMO_DATA names, which is filled if it is
// empty and kept. Besides what startProduct gives:
//
//   cli(...args)   runs a command on it and gives what it printed
//   own            what was put there: { compared, revised, objected } numbers of editions, { account, password } of
//                  somebody who has never signed in
export async function startDemo({ scale = 0.02, dataDir = process.env.DEMO_DATA || undefined, args = [], ...options } = {}) {
  const product = await startProduct({
    command: "demo", args: ["--scale", String(scale), "--live=false", ...args], dataDir, timeoutMs: 600_000, ...options,
  });
  product.cli = async (...line) => {
    const { stdout } = await run(join(root, "bin/haochaping"), [...line, "--data-dir", product.dataDir], { cwd: root });
    return stdout;
  };
  try {
    product.own = await furnish(product);
  } catch (err) {
    await product.stop();
    throw err;
  }
  return product;
}

// furnish does what is missing, once for a folder.
async function furnish(product) {
  const note = join(product.dataDir, "furnished.json");
  try {
    return JSON.parse(await readFile(note, "utf8"));
  } catch (err) {
    if (err.code !== "ENOENT") throw err;
  }
  const own = { ...(await editions(product)), ...(await account(product)) };
  await refusals(product);
  await writeFile(note, JSON.stringify(own));
  return own;
}

// editions publishes the months before the last one, and asks the units about the last one.
async function editions({ cli, dataDir }) {
  const [by, second] = ["演示评价员", "演示签发人"];
  const months = [3, 2, 1].map((back) => month(-back));
  const numbers = [];
  for (const period of months) {
    // The timetable may have drawn it up before.
    await cli("edition", "create", "--period", period, "--by", by).catch((err) => assert.match(err.stderr, /already|another revision/));
    const number = `good-bad-review-${period}-01`;
    await cli("edition", "open", number, "--until", day(5), "--by", by);
    numbers.push(number);
  }
  const [compared, revised, objected] = numbers;
  for (const number of [compared, revised]) {
    await cli("edition", "check", number, "--early", "演示数据，无人异议", "--by", by);
    await cli("edition", "publish", number, "--by", second, "-o", join(dataDir, `${number}.edition`));
  }
  await cli("edition", "objection", "add", objected, "--unit", "9902", "--text", "月内系统升级，部分评价未能提交。", "--by", by);
  return { compared, revised, objected };
}

async function account({ cli }) {
  const name = "city-reader";
  const printed = await cli("user", "add", name, "--role", "leader", "--region", "9901", "--department", "*", "--display", "示一市");
  return { account: name, password: /[0-9A-Z]{5}(-[0-9A-Z]{5})+/.exec(printed)[0] };
}

// refusals sends records that cannot be taken: levels that the source's code map does not know, and a missing time.
async function refusals(product) {
  const key = (await product.cli("source", "add", "--name", "portal", "--code-map", "five-best")).trim();
  const record = (n, more) => ({
    id: `00000000-0000-7000-8000-00000000000${n}`, level: 5, hall: "9901H01", channel: "web", rated_at: new Date().toISOString(), ...more,
  });
  const answer = await patiently(() =>
    fetch(`${product.url}/api/v1/ratings`, {
      method: "POST",
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      body: JSON.stringify([record(1, { level: 9 }), record(2, { level: 0 }), record(3, { rated_at: undefined })]),
    }),
  );
  assert.equal(answer.status, 422, await answer.text());
}

// patiently asks again until a new key is known, which takes two seconds.
async function patiently(ask) {
  for (let i = 0; ; i++) {
    const answer = await ask();
    if (answer.status !== 401 || i === 40) return answer;
    await new Promise((later) => setTimeout(later, 250));
  }
}

const local = (at, length) => new Date(at + 8 * 3_600_000).toISOString().slice(0, length); // in Asia/Shanghai
const day = (offset) => local(Date.now() + offset * 86_400_000, 10);

function month(offset) {
  const [year, m] = local(Date.now(), 7).split("-").map(Number);
  return new Date(Date.UTC(year, m - 1 + offset, 1)).toISOString().slice(0, 7);
}
