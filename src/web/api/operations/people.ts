import * as v from "valibot";
import * as notes from "../request-notes.ts";
import { newAppPassword } from "../requests.ts";
import * as responses from "../responses.ts";
import type { Operation } from "./operation.ts";

/** Routes of people and of their app passwords. */
export const people: readonly Operation[] = [
  {
    route: "GET /app-passwords",
    summary: "Lists the caller's app passwords, with which calendar programs sign in over CalDAV",
    right: "anyone",
    answer: "The app passwords, without the passwords",
    response: responses.appPasswords,
    errors: [],
  },
  {
    route: "POST /app-passwords",
    summary: "Makes an app password for one calendar program",
    right: "anyone",
    body: { schema: newAppPassword, required: true, notes: notes.newAppPassword },
    status: 201,
    answer: "The app password, shown this once",
    response: responses.newAppPassword,
    errors: ["bad_input", "forbidden", "over_quota"],
  },
  {
    route: "DELETE /app-passwords/{id}",
    summary: "Revokes an app password: its program is asked for another one",
    right: "anyone",
    answer: "It is revoked",
    response: responses.revokedAppPassword,
    errors: ["not_found"],
  },
  {
    route: "DELETE /people/{user}",
    summary:
      "Forgets a person, given by username or uuid: feeds end, tokens and sessions go, decisions no longer name them",
    right: "operator",
    query: {
      events: {
        schema: v.optional(v.picklist(["leave", "remove"]), "leave"),
        description: "What becomes of the events in mirrored calendars",
      },
    },
    answer: "What was forgotten",
    response: responses.forgotten,
    errors: ["bad_input", "forbidden", "not_found"],
  },
];
