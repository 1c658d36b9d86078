// `node build.mjs [TARGET]` builds one bundle into dist/:
//   node (default)     dist/cli.js; packages stay outside, as npm installed them
//   worker             dist/worker/worker.js with all it needs; wrangler.toml runs this
//   bench, bench-push  the figures of test/bench
//   caldav             the CalDAV contract suite as a Worker
import { mkdir, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "rolldown";

const { resolve } = createRequire(import.meta.url);

/** Stand-ins for parts of packages that a Worker does not need: tsdav only writes requests, src/caldav/xml.ts reads the answers. */
const light = {
  "xml-js": `import js2xml from ${JSON.stringify(resolve("xml-js/lib/js2xml.js"))}; export default { js2xml };`,
  debug: "export default () => () => undefined;",
};

function onNode(input, name, banner) {
  const output = { dir: "dist", entryFileNames: `${name}.js`, chunkFileNames: `${name}-[name].js` };
  return { input, platform: "node", external: /^[^./]/, output: { ...output, banner, sourcemap: true } };
}

function onWorkers(input, file) {
  return {
    input,
    platform: "neutral",
    external: /^node:/,
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
  caldav: onWorkers("./test/contract/caldav/worker.ts", "dist/caldav/worker.js"),
};

const { [process.argv[2] ?? "node"]: target } = targets;
const folder = target.output.dir ?? dirname(target.output.file);
await mkdir(folder, { recursive: true });
const { output } = await build({ ...target, write: false });
for (const part of output) {
  // Renamed into place whole: several tests build the Worker at once.
  const file = join(folder, part.fileName);
  await writeFile(`${file}.${process.pid}`, part.type === "chunk" ? part.code : part.source);
  await rename(`${file}.${process.pid}`, file);
}
