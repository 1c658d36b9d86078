import type { FC } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { AppPasswordRow } from "../../../store/accounts/app-passwords.ts";
import { texts } from "../../../text/index.ts";
import { nonceField } from "../../request/forms.ts";
import type { Times } from "../../../text/times.ts";
import { AccountFields, type CalendarAccount, NewPassword } from "./parts/calendar-account.tsx";
import { CopyField } from "./parts/copy-field.tsx";
import { Note } from "./parts/field.tsx";
import { QrCode } from "./parts/qr.tsx";

interface ProgramsProps {
  readonly language: Language;
  readonly nonce: string;
  readonly account: CalendarAccount;
  readonly times: Times;
  readonly passwords: readonly AppPasswordRow[];
  /** True when the form was sent without a name. */
  readonly fault: boolean;
  /** True when one was just revoked. */
  readonly revoked: boolean;
}

/** Calendar programs: the account they sign in to, its app passwords, and how each program is set up. */
export const ProgramsView: FC<ProgramsProps> = (props) => {
  const { language, nonce, account, times, passwords } = props;
  const words = texts[language].programs;
  return (
    <div class="narrow">
      <h1>{words.title}</h1>
      {props.revoked && <Note tone="good">{words.revoked}</Note>}
      <p>{words.about}</p>
      <section class="card">
        <AccountFields {...{ language, account }} />
        <NewPassword {...{ language, nonce, account }} fault={props.fault} />
      </section>
      <section aria-labelledby="passwords">
        <h2 id="passwords">{words.list}</h2>
        {passwords.length === 0 && <p class="quiet">{words.none}</p>}
        <ul class="plain clients">
          {passwords.map(({ id, name, createdAt, usedAt, client }) => (
            <li class="row">
              <span class="grow">
                <strong>{isolate(name)}</strong>
                <br />
                <span class="quiet">
                  {usedAt === null ? words.never : words.used(client, times.moment(usedAt))}, {words.created}{" "}
                  {times.moment(createdAt)}
                </span>
              </span>
              <form method="post" action={`/programs/${id}/revoke`} class="inline">
                <input type="hidden" name={nonceField} value={nonce} />
                <button class="danger small" aria-label={`${words.revoke}: ${isolate(name)}`}>
                  {words.revoke}
                </button>
              </form>
            </li>
          ))}
        </ul>
      </section>
      <Steps language={language} />
    </div>
  );
};

interface NewPasswordProps {
  readonly language: Language;
  readonly account: CalendarAccount;
  readonly name: string;
  readonly password: string;
  /** The account as DAVx5 opens it. */
  readonly davx5: string;
}

/** A new app password, this once. */
export const NewPasswordView: FC<NewPasswordProps> = ({ language, account, name, password, davx5 }) => {
  const words = texts[language].programs;
  return (
    <div class="narrow">
      <h1>{words.title}</h1>
      <section class="card">
        <Note tone="wait">{words.made(isolate(name))}</Note>
        <div class="address">
          <div class="grow">
            <p class="label" id="password">
              {words.password}
            </p>
            <CopyField language={language} labelledBy="password" text={password} />
            <AccountFields {...{ language, account }} />
          </div>
          <div>
            <QrCode text={davx5} title={words.qr} />
            <p class="quiet small">{words.qrHelp}</p>
            <a class="button second" href={davx5}>
              {words.openDavx5}
            </a>
          </div>
        </div>
      </section>
      <p>
        <a href="/programs">{words.back}</a>
      </p>
      <Steps language={language} />
    </div>
  );
};

const Steps: FC<{ language: Language }> = ({ language }) => {
  const { how, steps } = texts[language].programs;
  const programs = [
    ["Thunderbird", steps.thunderbird],
    ["iPhone, iPad, Mac", steps.apple],
    ["Android (DAVx5)", steps.davx5],
    ["GNOME, Evolution", steps.gnome],
    ["KDE", steps.kde],
    ["Outlook (CalDav Synchronizer)", steps.outlook],
  ] as const;
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">{how}</h2>
      {programs.map(([program, sentences]) => (
        <details>
          <summary>{program}</summary>
          <ol>
            {sentences.map((sentence) => (
              <li>{sentence}</li>
            ))}
          </ol>
        </details>
      ))}
    </section>
  );
};
