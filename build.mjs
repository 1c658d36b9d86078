// `node build.mjs [TARGET]` builds one bundle into dist/:
//   node (default)     dist/cli.js; packages stay outside, as npm installed them
//   worker             dist/worker/worker.js with all it needs; wrangler.toml runs this
//   worker-sample      dist/worker-sample/worker.js, with a sample Waldur inside; wrangler.sample.toml runs this
//   bench, bench-push  the figures of test/bench
//   caldav             the CalDAV contract suite as a Worker
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "rolldown";

const { resolve } = createRequire(import.meta.url);

/** Stand-ins for parts of packages that a Worker does not need, by what imports name them: tsdav only writes requests, src/caldav/xml.ts reads the answers. */
const light = {
  "xml-js": `import js2xml from ${JSON.stringify(resolve("xml-js/lib/js2xml.js"))}; export default { js2xml };`,
  debug: "export default () => () => undefined;",
  // postal-mime turns HTML into text with it, and text into HTML, which nobody here reads.
  "./text-format.js": ["textToHtml", "htmlToText", "formatTextHeader", "formatHtmlHeader"]
    .map((name) => `export const ${name} = () => "";`)
    .join(""),
};

function onNode(input, name, banner) {
  const output = { dir: "dist", entryFileNames: `${name}.js`, chunkFileNames: `${name}-[name].js` };
  return { input, platform: "node", external: /^[^./]/, output: { ...output, banner, sourcemap: true } };
}

function onWorkers(input, file) {
  return {
    input,
    platform: "neutral",
    external: /^(node|cloudflare):/,
    // Not `browser` or `worker`: tsdav's bundles for those cannot be tree-shaken.
    resolve: { mainFields: ["module", "main"], conditionNames: ["workerd", "import"] },
    treeshake: { propertyReadSideEffects: false },
    plugins: [
      {
        name: "light",
        resolveId: (id) => (id in light ? `\0${id}` : null),
        load: (id) => light[id.slice(1)] ?? null,
      },
    ],
    output: { file, minify: true, comments: { annotation: false, jsdoc: false, legal: true }, sourcemap: true },
  };
}

const targets = {
  node: onNode("./src/cli.ts", "cli", "#!/usr/bin/env node"),
  bench: onNode("./test/bench/run.ts", "bench"),
  "bench-push": onNode("./test/bench/push.ts", "bench-push"),
  worker: onWorkers("./src/worker.ts", "dist/worker/worker.js"),
  "worker-sample": onWorkers("./src/worker-sample.ts", "dist/worker-sample/worker.js"),
  caldav: onWorkers("./test/contract/caldav/worker.ts", "dist/caldav/worker.js"),
};

/** Writes a file whole, and nothing else beside it: several tests build and read at once. */
async function place(file, content) {
  const unfinished = join("dist", `${process.pid}.unfinished`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(unfinished, content);
  await rename(unfinished, file);
}

const { [process.argv[2] ?? "node"]: target } = targets;
const folder = target.output.dir ?? dirname(target.output.file);
await mkdir("dist", { recursive: true });
const { output } = await build({ ...target, write: false });
for (const part of output) {
  await place(join(folder, part.fileName), part.type === "chunk" ? part.code : part.source);
}
// Beside the API itself, for the service on Node and on Workers alike.
await place("public/api/v1/openapi.yaml", await readFile("docs/openapi.yaml"));
// What draws the grids of the pages stands beside our own files, for the service on Node and for wrangler alike.
for (const name of ["event-calendar.min.js", "event-calendar.min.css"]) {
  const whole = await readFile(resolve(`@event-calendar/build/dist/${name}`), "utf8");
  const text = whole.replace(/\n\/\/# sourceMappingURL=.*/, "");
  await place(join("public/assets", name), text);
  // On Node nothing in front compresses.
  await place(join("public/assets", `${name}.gz`), gzipSync(text, { level: 9 }));
}
