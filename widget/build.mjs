// Builds what the Python package serves. `node build.mjs [FOLDER]`; without a folder, into the package itself.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const faces = join(here, "../src/tenor/faces");
const [folder] = process.argv.slice(2);

// Every built file names the sources that it was made of, so that a test without Node can tell an old one.
function mark() {
  const sources = readdirSync(join(here, "src")).map((name) => `src/${name}`);
  const hash = createHash("sha256");
  for (const name of [...sources, "build.mjs", "package-lock.json", "tsconfig.json"].sort()) {
    hash.update(`${name}\n`).update(readFileSync(join(here, name))).update("\n");
  }
  return hash.digest("hex");
}

const banner = { js: `/*! Tenor, Apache-2.0. Built by "make widget" from sources ${mark()} */` };
const outputs = { "widget.ts": join(faces, "widget/static"), "frame.ts": join(faces, "checkout/static") };

for (const [source, place] of Object.entries(outputs)) {
  const outdir = folder ?? place;
  mkdirSync(outdir, { recursive: true });
  await build({
    entryPoints: [join(here, "src", source)],
    outdir,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2020",
    charset: "utf8",
    legalComments: "none",
    banner,
  });
}
