// Starts bin/haochaping for a test: on a free port, with a data directory of its
// own, stopped by its process id.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get as getHTTP } from "node:http";
import { get as getHTTPS } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

// freePort returns a loopback port that nobody listens on at the moment.
export async function freePort() {
  const server = createServer();
  await new Promise((listening, refused) => {
    server.once("error", refused);
    server.listen(0, "127.0.0.1", listening);
  });
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

// startProduct runs `bin/haochaping COMMAND --listen … --data-dir … ARGS` and
// returns once `ready` answers 200. The configuration is an object of sections and
// keys, of which base_path and tls move the address. What it returns:
//
//   url       the base address, without a slash at the end
//   dataDir   its data directory; a given one is kept by stop()
//   output()  what it printed so far, both streams
//   stop()    ends it in an orderly way; fails when it had to be killed or when
//             it ended with a status other than 0
//   kill()    ends it at once, as a power cut would; keeps the data directory
export async function startProduct({
  command = "serve",
  args = [],
  env = {},
  config = {},
  ready = "/livez",
  dataDir,
  port,
  timeoutMs = 180_000,
} = {}) {
  const ownDir = dataDir === undefined;
  dataDir ??= await mkdtemp(join(tmpdir(), "haochaping-browser-"));
  port ??= await freePort();
  const url = `${config.tls ? "https" : "http"}://127.0.0.1:${port}${config.base_path ?? ""}`;
  const configDir = await mkdtemp(join(tmpdir(), "haochaping-config-"));
  const configFile = join(configDir, "haochaping.yaml");
  await writeFile(configFile, JSON.stringify(config)); // which is YAML
  const child = spawn(
    join(root, "bin/haochaping"),
    [command, "--listen", `127.0.0.1:${port}`, "--data-dir", dataDir, "--config", configFile, ...args],
    { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  child.stderr.on("data", (chunk) => (printed += chunk));
  let ended;
  const end = new Promise((done) => {
    child.once("error", (err) => done((ended = { err: String(err) })));
    child.once("exit", (code, signal) => done((ended = { code, signal })));
  });
  // A test that is cut short leaves no process behind.
  const last = () => child.kill("SIGKILL");
  process.once("exit", last);
  const forget = async () => {
    process.removeListener("exit", last);
    if (ownDir) await rm(dataDir, { recursive: true, force: true });
  };

  const stop = async () => {
    const early = ended;
    if (!early) child.kill("SIGTERM");
    const patience = setTimeoutUnref(30_000, () => child.kill("SIGKILL"));
    await end;
    clearTimeout(patience);
    await forget();
    if (early || ended.code !== 0) {
      throw new Error(`haochaping ended ${early ? "by itself " : ""}with ${JSON.stringify(ended)}:\n${tail(printed)}`);
    }
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await end;
    process.removeListener("exit", last);
  };

  const deadline = Date.now() + timeoutMs;
  while (!(await answers(url + ready))) {
    if (ended || Date.now() > deadline) {
      const why = ended ? `ended with ${JSON.stringify(ended)}` : `did not answer on ${ready} within ${timeoutMs} ms`;
      child.kill("SIGKILL");
      await end;
      await Promise.all([forget(), rm(configDir, { recursive: true, force: true })]);
      throw new Error(`haochaping ${command} ${why}:\n${tail(printed)}`);
    }
    await sleep(100);
  }
  await rm(configDir, { recursive: true, force: true });
  return { url, port, pid: child.pid, dataDir, output: () => printed, stop, kill };
}

// answers reports whether an address answers 200, whoever signed its certificate.
function answers(address) {
  const get = address.startsWith("https:") ? getHTTPS : getHTTP;
  return new Promise((done) => {
    get(address, { timeout: 2_000, rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    })
      .on("timeout", function () { this.destroy(); })
      .on("error", () => done(false));
  });
}

function setTimeoutUnref(ms, act) {
  const timer = setTimeout(act, ms);
  timer.unref();
  return timer;
}

function tail(text) {
  return text.split("\n").slice(-40).join("\n");
}
