import { freePort } from "../../free-port.ts";
import { installed } from "../../installed.ts";
import { openDovecot } from "./dovecot.ts";
import { openDkimFilters } from "./opendkim.ts";
import { openPostfix } from "./postfix.ts";

/** The name under which the service's mail server verifies. */
export const authservId = "mx.calendar.example";
/** The domain whose mail goes to the service's listener, and the one whose mail goes into a mailbox. */
const answerDomains = { listener: "rsvp.calendar.example", mailbox: "inbox.calendar.example" };

/** Returns true when the mail servers can run: they are installed, and this is root, as Postfix wants. */
export function canServeMail(): boolean {
  const packages = "apt-get install postfix opendkim dovecot-imapd dovecot-lmtpd";
  if (!installed(["postfix", "opendkim", "dovecot"], packages)) return false;
  if (process.getuid?.() === 0) return true;
  process.stderr.write("what needs Postfix is left out: root alone starts it\n");
  return false;
}

/**
 * Opens the mail servers of two organisations on this machine. Approvers are at example.org: its Postfix signs what they send
 * (OpenDKIM) and puts what comes into their mailboxes (Dovecot). The service is at calendar.example: its Postfix verifies what comes
 * from elsewhere, and hands answers to the service's own listener (LMTP) or puts them into a mailbox.
 */
export async function openMailDomains(approvers: readonly string[]) {
  await using opened = new AsyncDisposableStack();
  const closed = <T extends { close(): Promise<void> }>(one: T): T => {
    opened.defer(async () => one.close());
    return one;
  };
  const dovecot = closed(await openDovecot([...approvers, "answers"], { lmtp: true }));
  const dkim = closed(await openDkimFilters("example.org", authservId));
  const [own, other, unchecked] = [await freePort(), await freePort(), await freePort()];
  const [submission, listener] = [await freePort(), await freePort()];
  const inline = (map: Readonly<Record<string, string>>): string =>
    `inline:{ ${Object.entries(map)
      .map(([name, value]) => `{ ${name} = ${value} }`)
      .join(", ")} }`;
  const mailboxes = `lmtp:inet:127.0.0.1:${dovecot.lmtpPort}`;
  const organisation = closed(
    await openPostfix(
      "mail.example.org",
      [{ port: own, settings: { smtpd_milters: `inet:127.0.0.1:${dkim.signer}` } }],
      {
        virtual_mailbox_domains: "example.org",
        virtual_transport: mailboxes,
        transport_maps: inline(
          Object.fromEntries(Object.values(answerDomains).map((domain) => [domain, `smtp:[127.0.0.1]:${other}`])),
        ),
      },
    ),
  );
  const incoming = {
    smtpd_milters: `inet:127.0.0.1:${dkim.verifier}`,
    smtpd_relay_restrictions: "reject_unauth_destination",
    smtpd_recipient_restrictions: "reject_unverified_recipient",
  };
  const service = closed(
    await openPostfix(
      authservId,
      [
        { port: other, settings: incoming },
        { port: unchecked, settings: { ...incoming, receive_override_options: "no_header_body_checks" } },
        { port: submission, settings: {} },
      ],
      {
        // As docs/mail.md has it.
        header_checks: `regexp:{{/^Authentication-Results[[:space:]]*:[[:space:]]*${authservId.replaceAll(".", "\\.")}/ IGNORE}}`,
        relay_domains: answerDomains.listener,
        virtual_alias_domains: answerDomains.mailbox,
        virtual_alias_maps: inline({ [`@${answerDomains.mailbox}`]: "answers@mailbox.calendar.example" }),
        transport_maps: inline({
          [answerDomains.listener]: `lmtp:inet:127.0.0.1:${listener}`,
          "mailbox.calendar.example": mailboxes,
          "example.org": `smtp:[127.0.0.1]:${own}`,
        }),
        unverified_recipient_reject_code: "550",
        // It asks for minutes whether there is such a recipient, before it says that it does not know.
        address_verify_poll_delay: "1s",
        address_verify_poll_count: "200",
      },
    ),
  );
  const sending = {
    MAIL_URL: `smtp://127.0.0.1:${submission}`,
    MAIL_FROM: "Waldur calendar <calendar@calendar.example>",
    MAIL_AUTHSERV_ID: authservId,
  };
  const keep = opened.move();
  return {
    /**
     * Ports: where approvers hand mail in, and where any mail server brings mail for the service; `unchecked`: where Postfix itself
     * leaves fields of its own name to OpenDKIM.
     */
    ports: { organisation: own, service: other, unchecked },
    /** The settings of a service that takes answers over the one way or the other. */
    settings: {
      listener: {
        ...sending,
        MAIL_ANSWERS: `*@${answerDomains.listener}`,
        MAIL_LISTEN: `lmtp://127.0.0.1:${listener}`,
      },
      mailbox: { ...sending, MAIL_ANSWERS: `*@${answerDomains.mailbox}`, MAIL_INBOX: dovecot.address("answers") },
    },
    imapPort: dovecot.port,
    /** The mails in somebody's mailbox, in order of delivery. */
    mails: async (user: string): Promise<string[]> => dovecot.mails(user),
    /** Returns what both have logged. */
    log: async (): Promise<string> => `${await organisation.log()}\n${await service.log()}`,
    close: async (): Promise<void> => keep.disposeAsync(),
  };
}
