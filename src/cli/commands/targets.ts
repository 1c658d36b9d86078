import { presets } from "../../caldav/presets.ts";
import { AppError } from "../../errors.ts";
import { cancelledPolicies, editPolicies } from "../../store/targets.ts";
import * as responses from "../../web/api/responses.ts";
import { readAnswer } from "../api-client.ts";
import { type Arguments, option } from "../args.ts";
import { type CommandCall, type Command, json, printJson, server } from "../command.ts";
import { exits } from "../exit.ts";
import { formatTable } from "../table.ts";
import { formatTarget, formatTargets } from "./target-text.ts";
import { readChoice } from "../option-values.ts";
import type { Runtime } from "../runtime.ts";

const known = presets.filter(({ start }) => start !== null).map(({ id }) => id);

const feed = option("feed", "ID", "the feed to mirror; feeds list shows the ids");
const url = option("url", "URL", "address of the CalDAV server or of the calendar");
const preset = option("preset", "NAME", `kind of server: ${known.join(", ")}`);
const username = option("username", "NAME", "user on that server");
const calendar = option("calendar", "WHICH", "name or address of the calendar, if there are several");
const create = option("create", "NAME", "create a calendar with this name");
const edits = option("edits", "WHAT", "changes made in the calendar: mirror (undo them) or respect (keep them)");
const cancelled = option("cancelled", "WHAT", "cancelled bookings: keep (struck out) or delete");
const events = option("events", "WHAT", "its events in the calendar: leave or remove");

const secretNotes = [
  "The password is read from the environment variable CALDAV_PASSWORD, otherwise from standard input. Without --username it is a token.",
] as const;
const feedOnlyNote =
  "Exchange, Outlook.com, Microsoft 365 and Proton have no CalDAV: subscribe to the feed's address there instead.";

const add: Command = {
  name: "targets add",
  summary: "mirror a feed into a calendar on a CalDAV server",
  operands: [],
  options: [feed, url, preset, username, calendar, create, edits, cancelled, json, server],
  notes: [
    ...secretNotes,
    "Before anything is stored, one event is written to the calendar, changed and deleted again, to test how the server behaves.",
    feedOnlyNote,
  ],
  async run(call) {
    const { args, runtime } = call;
    const id = args.value(feed);
    if (id === null) throw new AppError("bad_input", "--feed is missing; feeds list shows the ids");
    const body = {
      feed: id,
      ...(await readCalendarOptions(args, runtime)),
      ...given("calendar", args.value(calendar)),
      ...given("create", args.value(create)),
      ...given("edits", choiceOf(args, edits, editPolicies)),
      ...given("cancelled", choiceOf(args, cancelled, cancelledPolicies)),
    };
    return printTarget(call, await (await call.client()).json("POST", "/targets", body));
  },
};

const calendars: Command = {
  name: "targets calendars",
  summary: "list the calendars found at an address",
  operands: [],
  options: [url, preset, username, json, server],
  notes: [...secretNotes, feedOnlyNote],
  async run({ args, runtime, client }) {
    const answer = await (await client()).json("POST", "/targets/calendars", await readCalendarOptions(args, runtime));
    if (args.has(json)) printJson(runtime, answer);
    else {
      const found = readAnswer(responses.calendars, answer).calendars;
      runtime.stdout(
        formatTable(
          ["name", "writable", "address"],
          found.map(({ name, notWritable, url }) => [name, notWritable ?? "yes", url]),
        ),
      );
    }
    return exits.ok;
  },
};

const list: Command = {
  name: "targets list",
  summary: "list the calendars that mirror a feed",
  operands: [],
  options: [json, server],
  notes: [],
  async run({ args, runtime, client }) {
    const answer = await (await client()).json("GET", "/targets");
    if (args.has(json)) printJson(runtime, answer);
    else runtime.stdout(formatTargets(readAnswer(responses.targets, answer).targets));
    return exits.ok;
  },
};

const show: Command = {
  name: "targets show",
  summary: "show everything about a target except its credentials",
  operands: ["ID"],
  options: [json, server],
  notes: [],
  run: async (call) => printTarget(call, await (await call.client()).json("GET", targetPath(call))),
};

function changeCommand(
  verb: "probe" | "pause" | "resume" | "restore",
  summary: string,
  notes: readonly string[] = [],
): Command {
  return {
    name: `targets ${verb}`,
    summary,
    operands: ["ID"],
    options: [json, server],
    notes,
    run: async (call) => printTarget(call, await (await call.client()).json("POST", `${targetPath(call)}/${verb}`)),
  };
}

const credentials: Command = {
  name: "targets credentials",
  summary: "store new credentials for every target of the same account",
  operands: ["ID"],
  options: [username, json, server],
  notes: secretNotes,
  async run(call) {
    const body = await readCredentialOptions(call.args, call.runtime);
    return printTarget(call, await (await call.client()).json("POST", `${targetPath(call)}/credentials`, body));
  },
};

const remove: Command = {
  name: "targets remove",
  summary: "end a target",
  operands: ["ID"],
  options: [events, json, server],
  notes: ["Only events that this target wrote are deleted. `remove` may take several runs of the service."],
  async run(call) {
    const what = choiceOf(call.args, events, ["leave", "remove"]);
    if (what === null) {
      throw new AppError("bad_input", "--events is missing: leave them in the calendar, or remove them?");
    }
    const answer = await (await call.client()).json("DELETE", `${targetPath(call)}?events=${what}`);
    if (call.args.has(json)) printJson(call.runtime, answer);
    else {
      const gone = what === "leave" ? "has ended; its events stay" : "ends; its events are being deleted";
      call.runtime.stderr(`Target ${call.args.operands[0] ?? ""} ${gone}.\n`);
    }
    return exits.ok;
  },
};

export const targetCommands: readonly Command[] = [
  add,
  calendars,
  list,
  show,
  changeCommand("probe", "test again how the target's server behaves"),
  changeCommand("pause", "send nothing to the calendar until it is resumed"),
  changeCommand("resume", "resume a paused or stopped target", ["Events that had failed are tried again at once."]),
  changeCommand("restore", "put back the events that are gone from the calendar with most others at once", [
    "Of a target with --edits respect: its calendar was emptied, made again or restored from an older copy.",
  ]),
  credentials,
  remove,
];

function printTarget({ args, runtime }: CommandCall, answer: unknown): number {
  if (args.has(json)) printJson(runtime, answer);
  else runtime.stdout(formatTarget(readAnswer(responses.target, answer)));
  return exits.ok;
}

function targetPath({ args }: CommandCall): string {
  return `/targets/${encodeURIComponent(args.operands[0] ?? "")}`;
}

async function readCalendarOptions(args: Arguments, runtime: Runtime): Promise<object> {
  const kind = args.value(preset);
  const address = args.value(url);
  if (address === null && kind === null) throw new AppError("bad_input", "give --url or --preset");
  if (kind !== null) {
    readChoice(
      preset,
      kind,
      presets.map(({ id }) => id),
    );
  }
  return { ...given("url", address), ...given("preset", kind), ...(await readCredentialOptions(args, runtime)) };
}

async function readCredentialOptions(args: Arguments, runtime: Runtime): Promise<object> {
  const name = args.value(username);
  const secret = runtime.env["CALDAV_PASSWORD"] ?? (await runtime.stdin()).replace(/\r?\n$/, "");
  if (secret === "")
    throw new AppError("bad_input", "the password is empty; set CALDAV_PASSWORD or give it on standard input");
  return name === null ? { token: secret } : { username: name, password: secret };
}

function choiceOf<T extends string>(args: Arguments, from: typeof edits, choices: readonly T[]): T | null {
  const text = args.value(from);
  return text === null ? null : readChoice(from, text, choices);
}

function given(key: string, value: string | null): object {
  return value === null ? {} : { [key]: value };
}
