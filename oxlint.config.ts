import { defineConfig } from "oxlint";

/** The rooms of src from the lowest to the highest. Each may import from those before it, never from those after it. */
const rooms = [
  "calendar",
  "lib",
  "security",
  "config",
  "waldur",
  "caldav",
  "store",
  "account",
  "source",
  "feed",
  "mirror",
  "push",
  "decision",
  "text",
  "mail",
  "web",
  "demo",
  "cli",
  "node",
  "workers",
];

/** The files on top of src that are above some rooms: the verbs over several nouns, then the entries. */
const verbs = ["tick", "refresh-due", "take-over", "hint", "forget", "forget-person"];
const entries = ["app", "serve", "worker", "worker-sample", "cli", "main"];

const runtimes = { regex: "^(node|cloudflare):", message: "Only entries and drivers know the runtime." };

type Pattern = { readonly regex: string; readonly message: string };

/** Returns the rule that keeps a room from what is above it, at every depth, with these further patterns. */
function onlyBelow(room: string, patterns: readonly Pattern[]): ["error", object] {
  const at = rooms.indexOf(room);
  const above = rooms.slice(at + 1);
  const files = at < rooms.indexOf("text") ? [...verbs, ...entries] : entries;
  const message = `${room} may only import from what is before it in oxlint.config.ts.`;
  const regexes = [
    ...(above.length === 0 ? [] : [`^(\\.\\./)+(${above.join("|")})/`]),
    `^(\\.\\./)+(${files.join("|")})\\.tsx?$`,
  ];
  return ["error", { patterns: [...patterns, ...regexes.map((regex) => ({ regex, message }))] }];
}

/** Returns the pattern of what lies outside the calendar, seen from these files in it. */
function outsideCalendar(files: string): Pattern {
  const up = "\\.\\./".repeat(files.split("/").length);
  return { regex: `^${up}`, message: "calendar imports nothing from outside itself." };
}

export default defineConfig({
  plugins: ["eslint", "typescript", "import", "promise", "unicorn", "oxc"],
  options: { typeAware: true },
  categories: { correctness: "error", suspicious: "error" },
  rules: {
    "import/no-cycle": ["error", { ignoreTypes: false }],
    "import/no-unassigned-import": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "eslint/no-console": "error",
    "eslint/no-await-in-loop": "off",
    "eslint/no-shadow": "off",
    "import/no-named-as-default-member": "off",
    "eslint/no-unmodified-loop-condition": "off",
    "typescript/consistent-return": "off",
    "typescript/no-misused-spread": "off",
    "promise/always-return": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/consistent-function-scoping": "off",
    "typescript/no-unnecessary-type-arguments": "off",
  },
  overrides: [
    {
      files: ["src/**/*.{ts,tsx}"],
      rules: {
        "typescript/consistent-type-assertions": ["error", { assertionStyle: "never" }],
        "eslint/no-restricted-globals": ["error", "fetch", "process"],
        "eslint/no-restricted-properties": [
          "error",
          { object: "Date", property: "now", message: "Time comes in through Deps." },
          { object: "Math", property: "random", message: "Randomness comes in through Deps." },
          { object: "globalThis", property: "fetch", message: "Requests go out through Deps." },
        ],
        "eslint/no-restricted-imports": ["error", { patterns: [runtimes] }],
      },
    },
    ...rooms.map((room) => ({
      files: [`src/${room}/**/*.{ts,tsx}`],
      rules: { "eslint/no-restricted-imports": onlyBelow(room, [runtimes]) },
    })),
    // The calendar imports nothing from outside itself.
    ...["*.ts", "*/*.ts"].map((files) => ({
      files: [`src/calendar/${files}`],
      rules: { "eslint/no-restricted-imports": onlyBelow("calendar", [runtimes, outsideCalendar(files)]) },
    })),
    {
      files: ["src/store/sql/sqlite.ts", "src/store/sql/migrations-node.ts"],
      rules: { "eslint/no-restricted-imports": onlyBelow("store", []) },
    },
    {
      files: ["src/cli/args.ts"],
      rules: { "eslint/no-restricted-imports": onlyBelow("cli", []) },
    },
    {
      files: ["src/node/*.ts"],
      rules: { "eslint/no-restricted-imports": onlyBelow("node", []) },
    },
    {
      files: ["src/node/{open,sample,database,backup,restore}.ts"],
      rules: { "eslint/no-restricted-globals": "off", "eslint/no-restricted-properties": "off" },
    },
    {
      files: ["src/workers/{open,sample,handlers,mail}.ts"],
      rules: {
        "eslint/no-restricted-imports": onlyBelow("workers", []),
        "eslint/no-restricted-globals": "off",
        "eslint/no-restricted-properties": "off",
        "eslint/no-console": "off",
      },
    },
    {
      files: ["src/serve.ts", "src/cli.ts", "src/main.ts"],
      rules: {
        "eslint/no-restricted-imports": "off",
        "eslint/no-restricted-globals": "off",
        "eslint/no-restricted-properties": "off",
        "eslint/no-console": "off",
      },
    },
  ],
  ignorePatterns: ["dist", "node_modules", ".wrangler"],
});
