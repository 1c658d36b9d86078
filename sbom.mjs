// `node sbom.mjs` prints the bill of materials of what is shipped, as CycloneDX 1.6: the packages of a production install, and
// those whose files build.mjs puts beside our own. The same lock file gives the same text. (`npm sbom --omit=dev` leaves out
// what a development package names as a peer, such as valibot.)
import { readFile } from "node:fs/promises";

/** Development packages of which build.mjs copies files. */
const copied = ["node_modules/@event-calendar/build"];

const { packages } = JSON.parse(await readFile("package-lock.json", "utf8"));
const { name, version, license, dependencies } = packages[""];

const isShipped = (path) => {
  const { dev, optional, devOptional } = packages[path];
  return copied.includes(path) || (path !== "" && !dev && !optional && !devOptional);
};
const nameOf = (path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
const purlOf = (path) => `pkg:npm/${nameOf(path).replace("@", "%40")}@${packages[path].version}`;

/** Returns the paths of the packages that the one at a path finds under these names, as Node looks for them. */
function resolveAll(from, names) {
  return names.flatMap((wanted) => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
      const path = at === "" ? `node_modules/${wanted}` : `${at}/node_modules/${wanted}`;
      if (path in packages) return isShipped(path) ? [path] : [];
      if (at === "") return [];
    }
  });
}

function component(path) {
  const { integrity, license } = packages[path];
  const [algorithm, digest] = integrity.split("-");
  const [scope, plain] = nameOf(path).startsWith("@") ? nameOf(path).split("/") : ["", nameOf(path)];
  return {
    type: "library",
    "bom-ref": purlOf(path),
    ...(scope !== "" && { group: scope }),
    name: plain,
    version: packages[path].version,
    hashes: [{ alg: algorithm.replace("sha", "SHA-"), content: Buffer.from(digest, "base64").toString("hex") }],
    licenses: [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }],
    purl: purlOf(path),
  };
}

const shipped = Object.keys(packages).filter(isShipped);
// One that is installed at several places is named once, with what it finds at each.
const places = Map.groupBy(shipped, purlOf);
const refsOf = (paths) => [...new Set(paths.map(purlOf))].toSorted((a, b) => (a < b ? -1 : 1));
const own = `pkg:npm/${name}@${version}`;
const bill = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: {
    component: {
      type: "application",
      "bom-ref": own,
      name,
      version,
      licenses: [{ license: { id: license } }],
      purl: own,
    },
  },
  components: [...places.values()].map(([path]) => component(path)),
  dependencies: [
    { ref: own, dependsOn: refsOf([...resolveAll("", Object.keys(dependencies)), ...copied]) },
    ...[...places].map(([ref, paths]) => ({
      ref,
      dependsOn: refsOf(paths.flatMap((path) => resolveAll(path, Object.keys(packages[path].dependencies ?? {})))),
    })),
  ],
};
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);
