import * as responses from "../../web/api/responses.ts";
import { readAnswer } from "../api-client.ts";
import { type Command, json, printJson, server } from "../command.ts";
import { exits } from "../exit.ts";
import { formatInstant } from "../option-values.ts";
import { formatPairs, formatTable } from "../table.ts";

const list: Command = {
  name: "passwords list",
  summary: "list the app passwords with which calendar programs sign in over CalDAV",
  operands: [],
  options: [json, server],
  notes: ["They are those of the operator's account; people make their own on the page Calendar programs."],
  async run({ args, runtime, client }) {
    const answer = await (await client()).json("GET", "/app-passwords");
    const { address, userName, passwords } = readAnswer(responses.appPasswords, answer);
    if (args.has(json)) printJson(runtime, answer);
    else {
      const rows = passwords.map(({ id, name, client, usedAt }) => [
        id,
        name,
        formatInstant(usedAt, "never"),
        client ?? "",
      ]);
      runtime.stdout(formatTable(["id", "name", "last used", "by"], rows));
      runtime.stderr(`Address ${address}, user name ${userName}.\n`);
    }
    return exits.ok;
  },
};

const add: Command = {
  name: "passwords add",
  summary: "make an app password for one calendar program, and show it this once",
  operands: ["NAME"],
  options: [json, server],
  notes: ["Whoever has it reads every calendar of the account, and accepts and rejects in its name."],
  async run({ args, runtime, client }) {
    const answer = await (await client()).json("POST", "/app-passwords", { name: args.operands[0] ?? "" });
    const { id, address, userName, password } = readAnswer(responses.newAppPassword, answer);
    if (args.has(json)) printJson(runtime, answer);
    else {
      runtime.stdout(
        formatPairs([
          ["id", id],
          ["address", address],
          ["user name", userName],
          ["password", password],
        ]),
      );
    }
    return exits.ok;
  },
};

const revoke: Command = {
  name: "passwords revoke",
  summary: "revoke an app password; its calendar program is asked for another",
  operands: ["ID"],
  options: [json, server],
  notes: [],
  async run({ args, runtime, client }) {
    const id = args.operands[0] ?? "";
    const answer = await (await client()).json("DELETE", `/app-passwords/${encodeURIComponent(id)}`);
    if (args.has(json)) printJson(runtime, answer);
    else runtime.stderr(`App password ${id} is revoked.\n`);
    return exits.ok;
  },
};

export const passwordCommands: readonly Command[] = [list, add, revoke];
