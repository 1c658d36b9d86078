import { senderMailbox } from "../../config/sender.ts";
import type { Deps } from "../../deps.ts";
import { texts } from "../../text/index.ts";
import { answerMailbox, type Approver } from "./answer-address.ts";
import { asHtml } from "../invitation/invitation-mail.ts";
import { queueMail } from "../queue.ts";
import { mailboxOf, type Person } from "../people.ts";
import { bookingPage } from "../notices/request-text.ts";

/** The words with which an approver is told about an answer of theirs. */
export interface Explanation {
  /** An invitation of theirs, whose address the mail is from; null: it is from MAIL_FROM. */
  readonly row: Approver | null;
  /** For the same cause nothing is told a second time. */
  readonly cause: string;
  readonly note: string;
  /** "": the mail has a subject that names no booking. */
  readonly summary: string;
  /** The booking whose page the mail leads to; "": the list of all requests. */
  readonly bookingUuid: string;
}

/** Queues a mail to an approver alone about what became of an answer, with the page on which they decide. */
export async function explain(deps: Deps, person: Person, explanation: Explanation): Promise<void> {
  const { row, cause, note, summary, bookingUuid } = explanation;
  const { publicUrl } = deps.config;
  const { userUuid } = person;
  const from = row === null ? senderMailbox(deps.config) : await answerMailbox(deps, row);
  const to = mailboxOf(person)?.address;
  if (from === null || to === undefined) return;
  const words = texts[person.language].answers;
  const page = bookingUuid === "" ? `${publicUrl}/` : bookingPage(deps, bookingUuid);
  const text = `${note}\n\n${words.open}:\n${page}`;
  const statement = await queueMail(
    deps,
    { cause, recipient: userUuid, userUuid, bookingUuid },
    {
      from,
      to: { name: person.account.fullName || person.account.username, address: to },
      subject: summary === "" ? words.unread : `Re: ${summary}`,
      text,
      html: asHtml(text, [page]),
      headers: { "Auto-Submitted": "auto-replied" },
    },
  );
  await deps.sql.batch([statement]);
}
