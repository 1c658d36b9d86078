import type { FC } from "hono/jsx";
import type { Event } from "../../../calendar/event.ts";
import { palette } from "../../../calendar/colours.ts";
import { decisionModes, details, type Language, languages, stateMarks } from "../../../calendar/profile.ts";
import { nonceField } from "../../request/forms.ts";
import { type FeedFormErrors, type FeedFormValues, colourField, looks } from "../feed-form.ts";
import type { Times } from "../../../text/times.ts";
import { type Choice, Choices, Faults, Input, Select } from "./parts/field.tsx";
import { zoneList, Zones } from "./wishes.tsx";
import { texts } from "../../../text/index.ts";

export interface FeedFormProps {
  readonly language: Language;
  readonly nonce: string;
  /** Name of its source. */
  readonly source: string;
  /** Address of the form, and its hidden fields. */
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
  /** True for a calendar that exists already. */
  readonly existing: boolean;
  readonly cancelHref: string;
  readonly typed: FeedFormValues;
  readonly faults: FeedFormErrors;
  readonly offerings: readonly Choice[];
  readonly maySign: boolean;
  /** Events that it would show; null: not asked for. */
  readonly preview: { readonly events: readonly Event[]; readonly times: Times } | null;
}

/** The form in which a calendar is made or changed. */
export const FeedForm: FC<FeedFormProps> = (props) => {
  const { language, typed, faults, existing } = props;
  const words = texts[language].feedForm;
  const fault = (name: keyof FeedFormValues): string | undefined => {
    const key = faults[name];
    return key === undefined ? undefined : words.fault[key];
  };
  const fields = [
    ["name", words.name],
    ["detail", words.detail],
    ["offerings", words.offering],
    ["language", words.language],
    ["zone", words.zone],
    ["decisions", words.decisions],
    ["past", words.past],
    ["future", words.future],
    ["alarm", words.alarm],
    ["colour", words.colour],
    ["cancelled", words.cancelled],
    ["mark", words.mark],
    ["expires", words.expires],
    ["looks", words.looks],
    ["chosenColours", words.chosenColours],
  ] as const satisfies readonly (readonly [keyof FeedFormValues, string])[];
  const languageNames = new Intl.DisplayNames(language, { type: "language" });
  const wrong = Object.keys(faults).length > 0;
  const colours = colourChoices(words.noColour, typed.colour);
  return (
    <div class="narrow">
      <h1>{existing ? words.editTitle : words.newTitle}</h1>
      <p>
        {words.of} <strong>{props.source}</strong>
      </p>
      <Faults title={words.faults} fields={fields.map(([name, label]) => [name, label, fault(name)])} />
      <Preview {...props} />
      <form method="post" action={props.action} novalidate>
        <input type="hidden" name={nonceField} value={props.nonce} />
        {Object.entries(props.hidden).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Input name="name" label={words.name} help={words.nameHelp} value={typed.name} fault={fault("name")} required />
        <Choices
          type="radio"
          name="detail"
          label={words.detail}
          values={[typed.detail]}
          choices={details.map((detail) => [detail, words.details[detail]])}
          fault={fault("detail")}
        />
        {props.offerings.length > 1 && (
          <Choices
            type="checkbox"
            name="offerings"
            label={words.offering}
            help={words.offeringHelp}
            values={typed.offerings}
            choices={props.offerings}
            fault={fault("offerings")}
          />
        )}
        <Choices
          type="checkbox"
          name="pending"
          label={words.pending}
          values={[typed.pending]}
          choices={[["out", words.pendingOut]]}
        />
        <div class="pair">
          <Select
            name="language"
            label={words.language}
            value={typed.language}
            choices={languages.map((one) => [one, languageNames.of(one) ?? one])}
            fault={fault("language")}
          />
          <Input
            name="zone"
            label={words.zone}
            help={words.zoneHelp}
            value={typed.zone}
            fault={fault("zone")}
            list={zoneList}
            propose={texts[language].wishes.propose}
          />
          <Zones />
        </div>
        <Choices
          type="radio"
          name="decisions"
          label={words.decisions}
          help={words.decisionsHelp}
          values={[typed.decisions]}
          choices={decisionModes
            .filter((mode) => mode !== "signed" || props.maySign)
            .map((mode) => [mode, words.decisionChoices[mode]])}
          fault={fault("decisions")}
        />
        <details open={existing || wrong}>
          <summary>{words.more}</summary>
          <div class="pair">
            <Input name="past" label={words.past} value={typed.past} fault={fault("past")} inputmode="numeric" />
            <Input
              name="future"
              label={words.future}
              value={typed.future}
              fault={fault("future")}
              inputmode="numeric"
            />
            <Input
              name="alarm"
              label={words.alarm}
              help={words.alarmHelp}
              value={typed.alarm}
              fault={fault("alarm")}
              inputmode="numeric"
            />
            <Select name="colour" label={words.colour} value={typed.colour} choices={colours} fault={fault("colour")} />
            <Select
              name="cancelled"
              label={words.cancelled}
              value={typed.cancelled}
              choices={[
                ["keep", words.cancelledChoices.keep],
                ["drop", words.cancelledChoices.drop],
              ]}
              fault={fault("cancelled")}
            />
            <Select
              name="mark"
              label={words.mark}
              value={typed.mark}
              choices={stateMarks.map((mark) => [mark, words.markChoices[mark]])}
              fault={fault("mark")}
            />
            <Input
              name="expires"
              label={words.expires}
              help={words.expiresHelp}
              value={typed.expires}
              // A browser's date field would hide a text that is not a date.
              type={fault("expires") === undefined ? "date" : "text"}
              fault={fault("expires")}
            />
          </div>
          <Choices
            type="checkbox"
            name="looks"
            label={words.looks}
            values={typed.looks}
            choices={looks.map((look) => [look, words.looksChoices[look]])}
            fault={fault("looks")}
          />
          <ChosenColours {...props} fault={fault("chosenColours")} />
        </details>
        <div class="actions">
          <button name="do" value="save">
            {existing ? words.save : words.create}
          </button>
          <button name="do" value="preview" class="second">
            {words.preview}
          </button>
          <a href={props.cancelHref}>{words.cancel}</a>
        </div>
      </form>
    </div>
  );
};

/** Returns the colours of the palette, one that is chosen already, and none. */
function colourChoices(none: string, chosen: string): readonly Choice[] {
  return [...new Set(["", ...palette, chosen])].map((name) => [name, name || none]);
}

/** More would make the page large; the API and the command line take a hundred. */
const mostColourFields = 20;

/** A colour for each of the offerings, hidden fields for what was chosen for others. */
const ChosenColours: FC<FeedFormProps & { fault: string | undefined }> = ({ language, typed, offerings, fault }) => {
  const words = texts[language].feedForm;
  const shown = offerings.slice(0, mostColourFields);
  const others = Object.entries(typed.chosenColours).filter(([uuid]) => shown.every(([known]) => known !== uuid));
  return (
    <>
      {others.map(([uuid, colour]) => (
        <input type="hidden" name={`${colourField}${uuid}`} value={colour} />
      ))}
      {shown.length > 0 && (
        <fieldset id="chosenColours" tabindex={fault ? -1 : undefined}>
          <legend>{words.chosenColours}</legend>
          {fault !== undefined && <p class="fault">{fault}</p>}
          <div class="pair">
            {shown.map(([uuid, name]) => {
              const colour = typed.chosenColours[uuid] ?? "";
              const choices = colourChoices(words.ownColour, colour);
              return <Select name={`${colourField}${uuid}`} label={name} value={colour} choices={choices} />;
            })}
          </div>
        </fieldset>
      )}
    </>
  );
};

/** A dot in a colour; the policy of pages lets no style stand in them, which a picture does without. */
const Dot: FC<{ colour: string }> = ({ colour }) => (
  <svg class="dot" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
    <circle cx="5" cy="5" r="5" fill={colour} />
  </svg>
);

const mostShown = 6;

const Preview: FC<FeedFormProps> = ({ language, preview }) => {
  if (preview === null) return null;
  const words = texts[language].feedForm;
  const { events, times } = preview;
  return (
    <section class="card" aria-labelledby="preview">
      <h2 id="preview">{words.previewTitle}</h2>
      <p class="quiet">
        {events.length === 0
          ? words.previewNone
          : words.previewCount(Math.min(mostShown, events.length), events.length)}
      </p>
      <ul class="plain">
        {events.slice(0, mostShown).map(({ summary, start, end, days, status, colour, description }) => (
          <li class={`event ${status.toLowerCase()}`}>
            {colour !== "" && <Dot colour={colour} />}
            <strong dir="auto">{summary}</strong> <span class="quiet">{texts[language].schedule.status[status]}</span>
            <br />
            {days === null ? times.span(start, end) : times.days(start, end)}
            {description !== "" && (
              <details>
                <summary>{texts[language].schedule.details}</summary>
                <p class="text" dir="auto">
                  {description}
                </p>
              </details>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
};
