import process from "node:process";

const [major = "0"] = process.versions.node.split(".");
if (Number(major) < 24) {
  console.error(
    `waldur-calendar needs Node 24 or newer, and this is Node ${process.versions.node}. In the repository \`npm ci\` installs one, which \`npm start\` and \`npm run cli\` use.`,
  );
  process.exitCode = 1;
} else {
  // Not imported above: what is there fails to load on an older Node before a line of it runs.
  await import("./main.ts");
}
