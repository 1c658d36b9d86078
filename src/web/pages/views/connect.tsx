import type { FC, PropsWithChildren } from "hono/jsx";
import { isolate } from "../../../calendar/text.ts";
import type { FoundCalendar } from "../../../caldav/calendars.ts";
import { parentPath } from "../../../caldav/hrefs.ts";
import type { Language } from "../../../calendar/profile.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import { cancelledPolicies, editPolicies } from "../../../store/targets.ts";
import type { FieldError, LoginErrors, AddressForm } from "../connect/input.ts";
import { nonceField } from "../../request/forms.ts";
import { presetHint, presetName } from "../../../text/presets.ts";
import { faultSentence, fieldErrorText } from "./parts/field-error.tsx";
import { Choices, Faults, Input, Note, Select } from "./parts/field.tsx";
import { Login, LoginFaults } from "./login.tsx";
import { texts } from "../../../text/index.ts";

/** The frame of every step: the feed that is connected, and the progress. */
export const ConnectFrame: FC<PropsWithChildren<{ language: Language; step: 0 | 1 | 2; feed: FeedRow }>> = ({
  language,
  step,
  feed,
  children,
}) => {
  const words = texts[language].connect;
  return (
    <div class="narrow">
      <h1>{words.title}</h1>
      <p>
        {words.of} <strong dir="auto">{isolate(feed.profile.name)}</strong>. {words.about}
      </p>
      <ConnectSteps {...{ language, step }} />
      {children}
    </div>
  );
};

/** The list of steps; `step` is the current one, from 0. */
export const ConnectSteps: FC<{ language: Language; step: 0 | 1 | 2 | 3 }> = ({ language, step }) => {
  const words = texts[language].connect;
  return (
    <ol class="steps" aria-label={words.stepsLabel}>
      {words.steps.map((name, at) => (
        <li aria-current={at === step ? "step" : undefined}>{name}</li>
      ))}
    </ol>
  );
};

interface StepProps {
  readonly language: Language;
  readonly nonce: string;
  /** Path of the first step; the others are below it. */
  readonly path: string;
}

interface WhereProps extends StepProps {
  readonly typed: AddressForm;
  readonly faults: Partial<Record<keyof AddressForm, FieldError>>;
  /** Ids of the presets that are offered. */
  readonly choices: readonly string[];
  readonly google: boolean;
}

/** The step that asks where the calendar is. */
export const WhereStep: FC<WhereProps> = ({ language, nonce, path, typed, faults, choices, google }) => {
  const words = texts[language].connect;
  return (
    <>
      <Faults
        title={words.faults}
        fields={[
          ["preset", words.preset, faultSentence(faults.preset, language)],
          ["text", words.address, faultSentence(faults.text, language)],
        ]}
      />
      <form method="post" action={path} class="card" novalidate>
        <h2>{words.whereTitle}</h2>
        <input type="hidden" name={nonceField} value={nonce} />
        <Select
          name="preset"
          label={words.preset}
          value={typed.preset}
          choices={[["", words.byAddress], ...choices.map((id) => [id, presetName(id, language)] as const)]}
          fault={fieldErrorText(faults.preset, language)}
        />
        <Input
          name="text"
          label={words.address}
          help={words.addressHelp}
          value={typed.text}
          autocomplete="url"
          fault={fieldErrorText(faults.text, language)}
        />
        <Actions next={words.next} cancel={words.cancel} href={path.replace(/\/targets\/new$/, "")} />
      </form>
      <p class="quiet">{words.none}</p>
      {!google && faults.text !== "google" && <p class="quiet">{words.fault.google}</p>}
    </>
  );
};

interface SignInStepProps extends StepProps {
  readonly preset: string;
  /** The host to which the password goes, with the name of a provider all of whose users share it. */
  readonly place: string;
  readonly username: string;
  /** The mail address that was given; "" for none. */
  readonly mail: string;
  readonly faults: LoginErrors;
  /** Reason why Google gave no permission; "" for none. */
  readonly googleFault: string;
}

/** The step that asks for a password, or leads to consent at Google. */
export const SignInStep: FC<SignInStepProps> = (props) => {
  const { language, nonce, path, preset, place, username, mail, faults, googleFault } = props;
  const words = texts[language].connect;
  if (preset === "google") {
    const said = googleFault || fieldErrorText(faults.password, language);
    return (
      <section class="card" aria-labelledby="google">
        <h2 id="google">{words.googleTitle}</h2>
        {said && <Note tone="bad">{said}</Note>}
        <p>{presetHint(preset, language)}</p>
        <p>{words.googleHelp(mail)}</p>
        <p class="actions">
          <a class="button" href={`${path}/google`} rel="noreferrer">
            {words.googleGo}
          </a>
          <a href={path}>{words.back}</a>
        </p>
      </section>
    );
  }
  return (
    <>
      <LoginFaults {...{ language, faults }} />
      <form method="post" action={`${path}/sign-in`} class="card" novalidate>
        <h2 class="long">{words.signInTitle(place)}</h2>
        <input type="hidden" name={nonceField} value={nonce} />
        {preset !== "other" && <p>{presetHint(preset, language)}</p>}
        <Login {...{ language, username, faults }} help={words.kept} />
        <Actions next={words.next} cancel={words.back} href={path} />
      </form>
    </>
  );
};

/** Values of the form of the calendar; `calendar` is an address, or `new`. */
export interface CalendarChoice {
  readonly calendar: string;
  readonly name: string;
  readonly edits: string;
  readonly cancelled: string;
}

interface CalendarProps extends StepProps {
  readonly calendars: readonly FoundCalendar[];
  readonly canMake: boolean;
  readonly typed: CalendarChoice;
  readonly faults: { readonly calendar?: FieldError; readonly name?: FieldError };
}

/** The step that asks for the calendar, and for what happens to changes made in it. */
export const CalendarStep: FC<CalendarProps> = ({ language, nonce, path, calendars, canMake, typed, faults }) => {
  const words = texts[language].connect;
  const shown = ({ name, url }: FoundCalendar): string => isolate(name) || parentPath(url);
  const choices = calendars
    .filter(({ notWritable }) => notWritable === null)
    .map((one) => [one.url, shown(one)] as const);
  const unwritable = calendars.filter(({ notWritable }) => notWritable !== null);
  return (
    <>
      <Faults
        title={words.faults}
        fields={[
          ["calendar", words.calendar, faultSentence(faults.calendar, language)],
          ["name", words.makeName, faultSentence(faults.name, language)],
        ]}
      />
      {choices.length === 0 && !canMake && <Note tone="bad">{words.reasons["makes-none"]}</Note>}
      <form method="post" action={`${path}/calendar`} class="card" novalidate>
        <h2>{words.calendarTitle}</h2>
        <input type="hidden" name={nonceField} value={nonce} />
        <Choices
          type="radio"
          name="calendar"
          label={words.calendar}
          help={words.calendarHelp}
          values={[typed.calendar]}
          choices={canMake ? [...choices, ["new", words.make]] : choices}
          fault={fieldErrorText(faults.calendar, language)}
        />
        {canMake && (
          <Input name="name" label={words.makeName} value={typed.name} fault={fieldErrorText(faults.name, language)} />
        )}
        {unwritable.length > 0 && (
          <p class="quiet">
            {words.unwritable}: {unwritable.map(shown).join(", ")}
          </p>
        )}
        <Choices
          type="radio"
          name="edits"
          label={words.edits}
          values={[typed.edits]}
          choices={editPolicies.map((one) => [one, words.editChoices[one]])}
        />
        <Choices
          type="radio"
          name="cancelled"
          label={words.cancelled}
          values={[typed.cancelled]}
          choices={cancelledPolicies.map((one) => [one, words.cancelledChoices[one]])}
        />
        <p class="quiet">{words.tryHelp}</p>
        <Actions next={words.try} cancel={words.back} href={path} />
      </form>
    </>
  );
};

const Actions: FC<{ next: string; cancel: string; href: string }> = ({ next, cancel, href }) => (
  <div class="actions">
    <button>{next}</button>
    <a href={href}>{cancel}</a>
  </div>
);
