// Bundle src/ into web/static/dist/. Called by build.py, which decides whether that is needed.
import { build } from "esbuild";
import { patches } from "./patches.mjs";
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, "..", "static", "dist");

await rm(dist, { recursive: true, force: true });

const result = await build({
  absWorkingDir: here,
  entryPoints: ["modeler", "viewer", "forms", "tables"].map((name) => ({
    in: `src/${name}/index.js`,
    out: name,
  })),
  outdir: dist,
  bundle: true,
  format: "esm",
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  minify: true,
  target: "es2022",
  metafile: true,
  plugins: [patches],
  legalComments: "none",
  logLevel: "warning",
  loader: { ".woff2": "file", ".woff": "file", ".ttf": "file", ".eot": "file", ".svg": "file" },
});

await copyFile(path.join(here, "node_modules/htmx.org/dist/htmx.min.js"), path.join(dist, "htmx.js"));
await writeFile(path.join(dist, "LICENSES.txt"), await licenses(Object.keys(result.metafile.inputs)));

/**
 * The licences of every package that went into a bundle; most of them ask to travel along.
 *
 * @param {string[]} inputs paths of the bundled files, relative to this folder
 */
async function licenses(inputs) {
  const folders = new Set(["node_modules/htmx.org"]);
  for (const input of inputs) {
    const match = input.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/);
    if (match) {
      folders.add(match[0]);
    }
  }
  const texts = await Promise.all([...folders].sort().map(license));
  return texts.join("\n\n");
}

async function license(folder) {
  const root = path.join(here, folder);
  const about = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
  const files = (await readdir(root)).filter((name) => /^(licen[cs]e|notice)/i.test(name));
  const texts = await Promise.all(files.map((name) => readFile(path.join(root, name), "utf8")));
  const title = `${about.name} ${about.version} (${about.license ?? "see below"})`;
  return [title, "=".repeat(title.length), ...texts.map((text) => text.trim())].join("\n");
}
