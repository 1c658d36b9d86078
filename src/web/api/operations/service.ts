import * as notes from "../request-notes.ts";
import { testMailRequest } from "../requests.ts";
import * as responses from "../responses.ts";
import type { Operation } from "./operation.ts";

/** Routes of the service as a whole. */
export const service: readonly Operation[] = [
  {
    route: "GET /check",
    summary:
      "Returns the settings without secrets, the address for a web hook, and whether the connection to Waldur works",
    right: "operator",
    answer: "The findings",
    response: responses.check,
    errors: ["forbidden"],
  },
  {
    route: "POST /check/mail",
    summary: "Sends a test mail at once, and tells what the mail server said",
    right: "operator",
    body: { schema: testMailRequest, required: true, notes: notes.testMail },
    answer: "What became of it",
    response: responses.sentMail,
    errors: ["bad_input", "forbidden"],
  },
];
