import { eachLine, parseContentLine } from "../../calendar/ical/content-line.ts";
import { xmlResponse } from "./responses.ts";
import { cal, dav, href, xmlDocument, xmlText } from "./xml.ts";

/** Recipients that one answer names at most. */
const mostRecipients = 100;

/**
 * Answers a POST to the outbox (RFC 6638 5): nothing is sent to anybody, and nobody's time is told. Each recipient gets the
 * status that there is no scheduling for them (RFC 5546 3.6).
 */
export function answerOutbox(body: string): Response {
  const recipients = new Set<string>();
  for (const line of eachLine(body)) {
    const parsed = parseContentLine(line);
    if (parsed?.name.toUpperCase() !== "ATTENDEE") continue;
    recipients.add(parsed.value.trim().slice(0, 200));
    if (recipients.size >= mostRecipients) break;
  }
  const responses = [...recipients].map((address) =>
    cal(
      "response",
      cal("recipient", href(address)) +
        cal("request-status", xmlText("5.3;No scheduling support for user")) +
        dav("responsedescription", "This service sends nothing."),
    ),
  );
  return xmlResponse(200, xmlDocument(responses.join(""), "C:schedule-response"));
}
