import type { Action } from "../../calendar/profile.ts";
import * as responses from "../../web/api/responses.ts";
import { type Query, readAnswer, withQuery } from "../api-client.ts";
import { option } from "../args.ts";
import { type Command, json, printJson, server } from "../command.ts";
import { exits } from "../exit.ts";
import { formatTable } from "../table.ts";
import { formatInstant, readUuidOption, readWhole } from "../option-values.ts";

function decision(action: Action, summary: string): Command {
  return {
    name: action,
    summary,
    operands: ["UUID"],
    options: [json, server],
    notes: ["Acts as the account of WALDUR_API_TOKEN; every feed that holds the booking shows the result at once."],
    async run({ args, runtime, client }) {
      const uuid = readUuidOption("UUID", args.operands[0] ?? "");
      const answer = await (await client()).json("POST", `/bookings/${uuid}/${action}`);
      if (args.has(json)) printJson(runtime, answer);
      else runtime.stdout(`${readAnswer(responses.outcome, answer).message}\n`);
      return exits.ok;
    },
  };
}

const booking = option("booking", "UUID", "only decisions on this booking");
const limit = option("limit", "COUNT", "how many to list, newest first; 100 by default");

const list: Command = {
  name: "decisions",
  summary: "list the decisions made through this service",
  operands: [],
  options: [booking, limit, json, server],
  notes: ["Attempts that changed nothing are listed too. Times are UTC; entries are kept for DECISION_DAYS."],
  async run({ args, runtime, client }) {
    const uuid = args.value(booking);
    const most = readWhole(args, limit, { least: 1, most: 1000 });
    const query: Query = [
      ...(uuid === null ? [] : [["booking", readUuidOption("--booking", uuid)] as const]),
      ...(most === null ? [] : [["limit", String(most)] as const]),
    ];
    const answer = await (await client()).json("GET", withQuery("/decisions", query));
    if (args.has(json)) printJson(runtime, answer);
    else {
      const rows = readAnswer(responses.decisions, answer).decisions.map((one) => [
        formatInstant(one.madeAt),
        one.action,
        one.byOperator ? `${one.result} (operator's token)` : one.result,
        one.fullName === "" ? one.username : `${one.fullName} (${one.username})`,
        one.mailbox === "" ? one.via : `${one.via} (${one.mailbox})`,
        one.feedId,
        one.address,
        one.bookingUuid,
      ]);
      runtime.stdout(formatTable(["when", "action", "result", "who", "how", "feed", "address", "booking"], rows));
    }
    return exits.ok;
  },
};

export const decisionCommands: readonly Command[] = [
  decision("accept", "accept a booking"),
  decision("reject", "reject a booking"),
  list,
];
