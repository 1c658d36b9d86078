import { AppError } from "../../errors.ts";
import * as responses from "../../web/api/responses.ts";
import type { FeedJson } from "../../web/api/responses.ts";
import { readAnswer } from "../api-client.ts";
import { toggle } from "../args.ts";
import { type CommandCall, type Command, json, printJson, server } from "../command.ts";
import { exits } from "../exit.ts";
import { feedNotes, feedOptions, readFeedOptions, readSource, sourceOptions } from "./feed-options.ts";
import { formatFeed, formatFeeds } from "./feed-text.ts";
import { waitForAddress } from "./wait-for-address.ts";

const now = toggle("now", "answer 410 at once, without clearing subscribed calendars first");

const add: Command = {
  name: "feeds add",
  summary: "create a feed and print its address",
  operands: [],
  options: [...sourceOptions, ...feedOptions, json, server],
  notes: [
    ...feedNotes,
    "The address is printed alone, once the first load is done. Anyone who has it can read the calendar.",
  ],
  async run(call) {
    const { args, runtime } = call;
    const body = { source: readSource(args), ...readFeedOptions(args) };
    const client = await call.client();
    const made = readAnswer(responses.feed, await client.json("POST", "/feeds", body));
    const feed = await waitForAddress(runtime, client, made);
    if (feed.source.partial !== null) runtime.stderr(`${feed.source.partial}\n`);
    warn(call, feed);
    if (args.has(json)) printJson(runtime, await client.json("GET", feedPathFor(feed.id)));
    else runtime.stdout(`${feed.address}\n`);
    return exits.ok;
  },
};

const list: Command = {
  name: "feeds list",
  summary: "list the feeds",
  operands: [],
  options: [json, server],
  notes: ["Addresses are secrets: only feeds show and --json print them."],
  async run({ args, runtime, client }) {
    const answer = await (await client()).json("GET", "/feeds");
    if (args.has(json)) printJson(runtime, answer);
    else runtime.stdout(formatFeeds(readAnswer(responses.feeds, answer).feeds));
    return exits.ok;
  },
};

const show: Command = {
  name: "feeds show",
  summary: "show everything about a feed, its address included",
  operands: ["ID"],
  options: [json, server],
  notes: [],
  run: async (call) => printFeed(call, await (await call.client()).json("GET", feedPath(call))),
};

const set: Command = {
  name: "feeds set",
  summary: "change a feed; its address stays",
  operands: ["ID"],
  options: [...feedOptions, json, server],
  notes: feedNotes,
  async run(call) {
    const body = readFeedOptions(call.args);
    if (Object.keys(body).length === 0) throw new AppError("bad_input", "give at least one option to change");
    return printFeed(call, await (await call.client()).json("PATCH", feedPath(call), body));
  },
};

const rotate: Command = {
  name: "feeds rotate",
  summary: "give a feed a new address and print it; calendars at the old one are cleared",
  operands: ["ID"],
  options: [json, server],
  notes: [],
  async run(call) {
    const client = await call.client();
    const answer = await client.json("POST", `${feedPath(call)}/rotate`);
    if (call.args.has(json)) printJson(call.runtime, answer);
    else {
      const { id, address } = readAnswer(responses.feed, answer);
      if (address === null)
        throw new AppError("conflict", `feed ${id} is still loading; feeds show ${id} will print its address`);
      call.runtime.stdout(`${address}\n`);
    }
    return exits.ok;
  },
};

const revoke: Command = {
  name: "feeds revoke",
  summary: "end a feed",
  operands: ["ID"],
  options: [now, json, server],
  notes: ["Its address first serves a calendar that says so, which clears subscribed calendars; later it answers 410."],
  async run(call) {
    const path = call.args.has(now) ? `${feedPath(call)}?now=1` : feedPath(call);
    const answer = await (await call.client()).json("DELETE", path);
    if (call.args.has(json)) printJson(call.runtime, answer);
    else call.runtime.stderr(`Feed ${call.args.operands[0] ?? ""} has ended.\n`);
    return exits.ok;
  },
};

export const feedCommands: readonly Command[] = [add, list, show, set, rotate, revoke];

function printFeed(call: CommandCall, answer: unknown): number {
  const feed = readAnswer(responses.feed, answer);
  warn(call, feed);
  if (call.args.has(json)) printJson(call.runtime, answer);
  else call.runtime.stdout(formatFeed(feed));
  return exits.ok;
}

function warn({ runtime }: CommandCall, { warning }: FeedJson): void {
  if (warning !== null) runtime.stderr(`warning: ${warning}\n`);
}

function feedPath({ args }: CommandCall): string {
  return feedPathFor(args.operands[0] ?? "");
}

function feedPathFor(id: string): string {
  return `/feeds/${encodeURIComponent(id)}`;
}
