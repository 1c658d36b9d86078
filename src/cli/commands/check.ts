import * as responses from "../../web/api/responses.ts";
import { readAnswer } from "../api-client.ts";
import { type Command, json, printJson, server } from "../command.ts";
import { option } from "../args.ts";
import { failureExitCode, exits } from "../exit.ts";
import { formatPairs, formatTable } from "../table.ts";
import { formatInstant } from "../option-values.ts";

const mailTo = option("mail", "ADDRESS", "send a test mail there instead, and print what the mail server said");

export const check: Command = {
  name: "check",
  summary: "print the settings and try the connection to Waldur",
  operands: [],
  options: [mailTo, json, server],
  notes: [
    "Exits with 0 when Waldur answers and the account can see bookings; the findings are printed in any case.",
    "With --mail it only sends that mail, prints what the mail server said, and exits with 0 when it took it.",
  ],
  async run({ args, runtime, client }) {
    const to = args.value(mailTo);
    if (to !== null) {
      const { result, answer } = readAnswer(
        responses.sentMail,
        await (await client()).json("POST", "/check/mail", { to }),
      );
      runtime.stdout(
        formatPairs([
          ["mail", result],
          ["server", answer],
        ]),
      );
      return result === "sent" ? exits.ok : exits.failed;
    }
    const answer = await (await client()).json("GET", "/check");
    const { settings, waldur, hook, sources, keys, mail, webhooks } = readAnswer(responses.check, answer);
    if (args.has(json)) printJson(runtime, answer);
    else {
      const rows = settings.map(({ name, value, source, help }) => [name, value, source, help]);
      const { user, isStaff, sees } = waldur;
      const pairs = formatPairs([
        ["Waldur", waldur.ok ? "answers" : "does not work"],
        ["address", waldur.url],
        ["user", user === null ? null : `${user}${isStaff ? " (staff)" : ""}`],
        ["sees", sees === null ? null : `bookings: ${sees.bookings}, providers: ${sees.providers}`],
        ["may accept", yesOrNo(waldur.canAccept)],
        ["may reject", yesOrNo(waldur.canReject)],
        ["token expires", formatExpiry(waldur.tokenExpiresAt, waldur.tokenLifetime)],
        ["web hook", hook],
        ["mail", mail.on ? `on, ${describeOutbox(mail)}` : "off"],
        ["webhooks", describeOutbox(webhooks)],
        ...keys.ring.map(({ id, state, sealed }) => [`key ${id}`, describeKey(state, sealed)] as const),
      ]);
      runtime.stdout(`${formatTable(["setting", "value", "source", "what it is"], rows)}\n${pairs}`);
    }
    for (const problem of [...waldur.problems, ...sources, ...keys.problems]) runtime.stderr(`${problem}\n`);
    if (waldur.ok) return exits.ok;
    return waldur.code === null ? exits.failed : failureExitCode(waldur.code);
  },
};

function describeOutbox({ queued, failed, reason }: responses.CheckJson["webhooks"]): string {
  const given = failed === 0 ? "" : `, given up this week: ${failed} (${reason})`;
  return `waiting: ${queued}${given}`;
}

function describeKey(state: responses.CheckJson["keys"]["ring"][number]["state"], sealed: number): string {
  const count = `${sealed} stored secrets`;
  switch (state) {
    case "first":
      return `seals; holds ${count}`;
    case "kept":
      return sealed === 0 ? "opens nothing any more and may go" : `only opens; holds ${count}`;
    case "missing":
      return `is missing; holds ${count}`;
    case "other":
      return `is not the one that sealed ${count}`;
  }
}

function yesOrNo(answer: boolean): string {
  return answer ? "yes" : "no";
}

function formatExpiry(expiresAt: string | null, lifetime: number | null): string | null {
  if (expiresAt !== null) return formatInstant(expiresAt);
  return lifetime === null ? null : `${lifetime} seconds after its last use`;
}
