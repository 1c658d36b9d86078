import * as responses from "../../web/api/responses.ts";
import { readAnswer, withQuery } from "../api-client.ts";
import { option } from "../args.ts";
import { type Command, json, printJson, server } from "../command.ts";
import { exits } from "../exit.ts";
import { readChoice } from "../option-values.ts";

const events = option("events", "WHAT", "leave or remove the events in mirrored calendars; leave by default");

export const forgetPerson: Command = {
  name: "people forget",
  summary: "forget a person: feeds end, tokens and sessions go, decisions no longer name them",
  operands: ["USER"],
  options: [events, json, server],
  notes: [
    "USER is the username in Waldur, or its uuid. It cannot be undone.",
    "Bookings are Waldur's: what is erased there is erased here. See docs/privacy.md.",
  ],
  async run({ args, runtime, client }) {
    const fate = readChoice(events, args.value(events) ?? "leave", ["leave", "remove"]);
    const path = `/people/${encodeURIComponent(args.operands[0] ?? "")}`;
    const answer = await (await client()).json("DELETE", withQuery(path, [["events", fate]]));
    const { feeds, targets, decisions } = readAnswer(responses.forgotten, answer);
    if (args.has(json)) printJson(runtime, answer);
    else runtime.stdout(`Forgotten: ${feeds} feeds, ${targets} targets, the name in ${decisions} decisions.\n`);
    return exits.ok;
  },
};
