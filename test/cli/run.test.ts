import { describe, expect, it, vi } from "vitest";
import { commands } from "../../src/cli/commands/index.ts";
import { exitHelp } from "../../src/cli/exit.ts";
import { AppError } from "../../src/errors.ts";
import { answer, failed, run } from "./fake-api.ts";

const token = { env: { ADMIN_TOKEN: "t".repeat(24) } };
const providers = { "GET /providers": () => answer({ providers: [] }) };

describe("help", () => {
  it.each(commands.map(({ name }) => name))("of %s tells its options and the exit codes", async (name) => {
    const { exit, out, err, opened } = await run(`${name} --help`);
    const command = commands.find((one) => one.name === name);
    expect([exit, err, opened]).toEqual([0, "", []]);
    for (const option of command?.options ?? []) expect(out).toContain(`--${option.name}`);
    for (const [code, meaning] of exitHelp) expect(out).toContain(`${code}  ${meaning}`);
    expect(out).toContain(`Usage: waldur-calendar ${name}`);
  });

  it.each(["--help", "help", "-h"])("lists every command with %s", async (word) => {
    const { exit, out } = await run(word);
    expect(exit).toBe(0);
    const lines = out.split("\n").map((line) => line.trim().split(/ {2,}/));
    for (const { name, operands, summary } of commands)
      expect(lines).toContainEqual([[name, ...operands].join(" "), summary]);
  });

  it("of a group lists the group", async () => {
    const { exit, out } = await run("feeds --help");
    expect([exit, out.includes("feeds add"), out.includes("keygen")]).toEqual([0, true, false]);
  });

  it.each(["", "feeds"])("is what %j alone gets, as bad usage", async (line) => {
    const { exit, out, err } = await run(line);
    expect([exit, out]).toEqual([2, ""]);
    expect(err).toContain("Usage: waldur-calendar");
  });
});

it("--version prints the version alone", async () => {
  const { exit, out, err, opened } = await run("--version");
  expect({ exit, out, err, opened }).toEqual({ exit: 0, out: "1.2.3\n", err: "", opened: [] });
});

it("ends the reading of an answer that no server of this program gives", async () => {
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(4 * 1024 * 1024));
    },
  });
  const routes = { "GET /providers": () => new Response(endless) };
  const { exit, out, err } = await run("providers --server https://elsewhere.example", routes, token);
  expect([exit, out, sent < 20]).toEqual([4, "", true]);
  expect(err).toMatch(/elsewhere\.example answered with more than \d+ bytes/);
});

describe("bad usage", () => {
  it.each([
    ["provider", "there is no command provider; did you mean providers?"],
    ["frobnicate", "there is no command frobnicate; --help lists them"],
    ["feeds lst", "there is no command feeds lst; did you mean feeds list?"],
    ["feed list", "there is no command feed; did you mean feeds list?"],
    ["feed", "there is no command feed; did you mean feeds?"],
    ["providers --jsn", "there is no option --jsn; did you mean --json?"],
    ["providers more", '"more" is not expected here'],
    ["feeds show", "ID is missing"],
    ["feeds set f1", "give at least one option to change"],
    ["feeds add", "give one of --provider, --offering, --customer, --project, --mine"],
    [`feeds add --mine --project ${"1".repeat(32)}`, "give one of --provider,"],
    ["feeds add --provider 12", '--provider takes a UUID of 32 hex digits, not "12"'],
    ["feeds add --mine --detail bussy", '--detail takes busy, basic, full, not "bussy"; did you mean busy?'],
    ["feeds add --mine --alarm soon", "--alarm takes a whole number from 0 to 40320"],
    [
      "feeds add --mine --states OK,Errd",
      '--states takes Creating, OK, Erred, Updating, Terminating, Terminated, not "Errd"',
    ],
    ["feeds add --mine --expires 2030-02-30", '--expires takes a date such as 2030-01-31, not "2030-02-30"'],
    ["export", "give either --feed or --provider"],
    ["demo --bookings many", "--bookings takes a whole number from 0 to 1000000"],
    ["providers --server calendar.example.org", "--server takes the address of a service"],
  ])("%s", async (line, message) => {
    const { exit, out, err, asked } = await run(line, {}, token);
    expect([exit, out, asked]).toEqual([2, "", []]);
    expect(err).toMatch(/^waldur-calendar: .*\n$/);
    expect(err).toContain(message);
  });
});

describe("--server", () => {
  it("asks the server with ADMIN_TOKEN", async () => {
    const { exit, asked, opened, closed } = await run(
      "providers --server https://calendar.example.org/",
      providers,
      token,
    );
    expect([exit, closed]).toEqual([0, 1]);
    expect(opened).toEqual([{ server: "https://calendar.example.org", adminToken: "t".repeat(24) }]);
    expect(asked).toMatchObject([{ origin: "https://calendar.example.org", token: `Bearer ${"t".repeat(24)}` }]);
  });

  it("needs ADMIN_TOKEN; the app in this process does not", async () => {
    const remote = await run("providers --server https://calendar.example.org", providers);
    expect([remote.exit, remote.opened]).toEqual([2, []]);
    expect(remote.err).toContain("ADMIN_TOKEN: is missing");
    const local = await run("providers", providers);
    expect([local.exit, local.opened, local.asked[0]?.token]).toEqual([0, [{ server: null, adminToken: null }], null]);
  });
});

describe("exit codes", () => {
  it.each([
    [400, "bad_input", 2],
    [401, "unauthorized", 1],
    [404, "not_found", 3],
    [404, "waldur_not_found", 3],
    [409, "conflict", 1],
    [500, "internal", 1],
    [500, "bad_config", 2],
    [502, "waldur_unreachable", 4],
    [502, "waldur_failed", 4],
    [502, "waldur_refused_token", 1],
    [503, "waldur_throttled", 4],
    [504, "waldur_timeout", 4],
  ])("for %i %s the exit is %i", async (status, code, wanted) => {
    const { exit, out, err, closed } = await run("providers", {
      "GET /providers": () => failed(status, code, "said the API."),
    });
    expect([exit, out, closed]).toEqual([wanted, "", 1]);
    expect(err).toBe(`waldur-calendar: said the API${status >= 500 ? " (request r1)" : ""}.\n`);
  });

  it.each([
    ["a page", () => new Response("<html>", { headers: { "Content-Type": "text/html" } }), 4, "not JSON"],
    ["a page not found", () => new Response("nothing", { status: 404 }), 4, "is the address right?"],
    [
      "a redirect",
      () => new Response(null, { status: 302, headers: { Location: "https://x.example.org/" } }),
      4,
      "302",
    ],
    ["another shape", () => answer({ providers: [{ uuid: 1 }] }), 4, "at providers.0.uuid"],
    ["a closed door", () => new Response("no", { status: 403 }), 1, "403"],
  ])("with %s from the server", async (_, route, wanted, message) => {
    const { exit, err } = await run("providers", { "GET /providers": route });
    expect(exit).toBe(wanted);
    expect(err).toContain(message);
  });

  it("is 4 when the server does not answer, and the reason is told", async () => {
    const { exit, err } = await run(
      "providers --server https://calendar.example.org",
      {
        "GET /providers": () => {
          throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 192.0.2.1:443") });
        },
      },
      token,
    );
    expect([exit, err]).toEqual([
      4,
      "waldur-calendar: https://calendar.example.org does not answer: connect ECONNREFUSED 192.0.2.1:443.\n",
    ]);
  });

  it("is 2 with every problem of the settings", async () => {
    const { exit, err } = await run(
      "check",
      {},
      {
        api: async () => {
          throw new AppError("bad_config", "PORT: give a number\nHOST: give a name");
        },
      },
    );
    expect([exit, err]).toEqual([2, "waldur-calendar: PORT: give a number.\nHOST: give a name.\n"]);
  });
});

describe("serve, demo, keygen", () => {
  it("hand over to the program and give back its exit code", async () => {
    const serve = vi.fn(async () => 7);
    const demo = vi.fn(async () => 0);
    expect((await run("serve", {}, { serve })).exit).toBe(7);
    await run("demo", {}, { demo });
    await run("demo --bookings 5 --still", {}, { demo });
    expect(demo.mock.calls).toEqual([[{ bookings: 60, still: false }], [{ bookings: 5, still: true }]]);
  });

  it("backup hands on the name, tells what was copied, and wants a name", async () => {
    const backup = vi.fn(async ({ file }: { file: string; replace: boolean }) => ({
      file: `/kept/${file}`,
      bytes: 5,
      tables: 15,
      notes: ["keep the keys"],
    }));
    expect(await run("backup copy.sqlite", {}, { backup })).toMatchObject({
      exit: 0,
      out: "",
      err: "/kept/copy.sqlite: 5 bytes, 15 tables, read through and whole.\nkeep the keys\n",
    });
    await run("backup copy.sqlite --replace", {}, { backup });
    expect(backup.mock.calls).toEqual([
      [{ file: "copy.sqlite", replace: false }],
      [{ file: "copy.sqlite", replace: true }],
    ]);
    expect((await run("backup", {}, { backup })).exit).toBe(2);
  });

  it("copy hands on the name, and tells how much is in the other database", async () => {
    const copy = vi.fn(async ({ file }: { file: string }) => ({ file, tables: 7, rows: 812 }));
    expect(await run("copy data/own.sqlite", {}, { copy })).toMatchObject({
      exit: 0,
      err: "812 rows of 7 tables from data/own.sqlite are in the database at DATABASE_URL.\n",
    });
    expect(copy.mock.calls).toEqual([[{ file: "data/own.sqlite" }]]);
    expect((await run("copy", {}, { copy })).exit).toBe(2);
  });

  it("restore hands on the name, and tells where the database before is kept", async () => {
    const restore = vi.fn(async ({ file }: { file: string }) => ({
      file: `/data/${file}`,
      bytes: 5,
      tables: 15,
      kept: "/data/before",
      notes: ["mind the keys"],
    }));
    expect(await run("restore copy.sqlite", {}, { restore })).toMatchObject({
      exit: 0,
      out: "",
      err:
        "/data/copy.sqlite: 5 bytes, 15 tables, read through and in place.\n" +
        "/data/before is the database before; remove it once all is well.\nmind the keys\n",
    });
    expect(restore.mock.calls).toEqual([[{ file: "copy.sqlite" }]]);
    expect((await run("restore", {}, { restore })).exit).toBe(2);
  });

  it("print the key alone, and notes beside", async () => {
    const keygen = vi.fn(async ({ rotate }: { rotate: boolean }) => ({
      keys: rotate ? null : "id:key",
      notes: ["keep it safe"],
    }));
    expect(await run("keygen", {}, { keygen })).toMatchObject({ exit: 0, out: "id:key\n", err: "keep it safe\n" });
    expect(await run("keygen --rotate", {}, { keygen })).toMatchObject({ exit: 0, out: "" });
  });
});
