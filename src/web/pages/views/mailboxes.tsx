import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { Config } from "../../../config/config.ts";
import type { DecidedOffering, MailboxChoice } from "../../../mail/resource/resource-mailbox.ts";
import { texts } from "../../../text/index.ts";
import { nonceField } from "../../request/forms.ts";
import { Input, Note, Select } from "./parts/field.tsx";

export type MailboxFault = Exclude<MailboxChoice, "saved" | "ended">;

interface MailboxesProps {
  readonly language: Language;
  readonly nonce: string;
  readonly done: "saved" | "ended" | null;
  readonly fault: MailboxFault | null;
  readonly typed: { readonly offering: string; readonly address: string };
  /** Those about which the viewer may decide. */
  readonly offerings: readonly DecidedOffering[];
  /** The domains of mailboxes that may be asked. */
  readonly domains: readonly string[];
  /** The effect of an answer by mail; `off`: there are no invitations. */
  readonly answers: Config["mailDecisions"];
}

/** The page on which the mailbox of a room or equipment is set to answer the requests of an offering. */
export const MailboxesPage: FC<MailboxesProps> = (props) => {
  const { language, nonce, done, fault, typed, offerings, domains, answers } = props;
  const words = texts[language].mailboxes;
  const set = offerings.filter(({ mailbox }) => mailbox !== null);
  return (
    <div class="narrow">
      <h1>{words.title}</h1>
      {done !== null && <Note tone="good">{words[done]}</Note>}
      <p>{words.about}</p>
      <p>{words.how}</p>
      {answers === "page" && <Note tone="plain">{words.page}</Note>}
      <p>
        {words.shown} {words.setUp}
      </p>
      {answers === "off" ? (
        <Note tone="wait">{words.off}</Note>
      ) : offerings.length === 0 ? (
        <p>{words.none}</p>
      ) : (
        <form method="post" action="/notices/mailboxes" class="card" novalidate>
          <input type="hidden" name={nonceField} value={nonce} />
          <Select
            name="offering"
            label={words.offering}
            value={typed.offering}
            choices={offerings.map(({ uuid, name }) => [uuid, isolate(name)])}
            fault={fault === "offering" ? words.fault.offering : undefined}
          />
          <Input
            name="address"
            label={words.address}
            help={words.addressHelp(domains.join(", "))}
            value={typed.address}
            fault={
              fault === null || fault === "offering" ? undefined : fault === "off" ? words.off : words.fault[fault]
            }
          />
          <div class="actions">
            <button>{words.save}</button>
          </div>
        </form>
      )}
      {set.length > 0 && (
        <section>
          <h2>{words.set}</h2>
          <ul class="plain">
            {set.map((one) => (
              <SetMailbox {...props} one={one} />
            ))}
          </ul>
        </section>
      )}
      <p>
        <a href="/notices">{texts[language].notices.title}</a>
      </p>
    </div>
  );
};

const SetMailbox: FC<MailboxesProps & { one: DecidedOffering }> = ({ language, nonce, one }) => {
  const words = texts[language].mailboxes;
  const { uuid, name, mailbox, asked } = one;
  if (mailbox === null) return null;
  const { address, setBy } = mailbox;
  return (
    <li class="row">
      <span class="grow">
        <strong dir="auto">{isolate(name)}</strong>: {address}
        {setBy !== null && <span class="quiet">, {words.by(isolate(setBy))}</span>}
        {!asked && <p class="fault">{words.idle}</p>}
      </span>
      <form method="post" action="/notices/mailboxes" class="inline">
        <input type="hidden" name={nonceField} value={nonce} />
        <input type="hidden" name="offering" value={uuid} />
        <button class="second small" name="do" value="end">
          {words.end}
        </button>
      </form>
    </li>
  );
};
