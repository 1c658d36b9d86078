import type { FC } from "hono/jsx";
import type { Event } from "../../../calendar/event.ts";
import { decisionModes, details, type Language, languages } from "../../../calendar/profile.ts";
import { nonceField } from "../../forms.ts";
import type { FeedFormErrors, FeedFormValues } from "../feed-form.ts";
import type { Times } from "../times.ts";
import { type Choice, Choices, Input, Note, Select } from "./field.tsx";
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

const shownColours = [
  "teal",
  "steelblue",
  "royalblue",
  "rebeccapurple",
  "mediumvioletred",
  "crimson",
  "orangered",
  "goldenrod",
  "olivedrab",
  "seagreen",
  "slategray",
];
const commonZones = [
  "UTC",
  "Europe/Tallinn",
  "Europe/Helsinki",
  "Europe/Stockholm",
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
];

/** The form in which a calendar is made or changed. */
export const FeedForm: FC<FeedFormProps> = (props) => {
  const { language, typed, faults, existing } = props;
  const words = texts[language].feedForm;
  const fault = (name: keyof FeedFormValues): string | undefined => {
    const key = faults[name];
    return key === undefined ? undefined : words.fault[key];
  };
  const languageNames = new Intl.DisplayNames(language, { type: "language" });
  const wrong = Object.keys(faults).length > 0;
  const colours: Choice[] = [["", words.noColour], ...shownColours.map((name) => [name, name] as const)];
  if (typed.colour !== "" && !shownColours.includes(typed.colour)) colours.push([typed.colour, typed.colour]);
  return (
    <div class="narrow">
      <h1>{existing ? words.editTitle : words.newTitle}</h1>
      <p>
        {words.of} <strong>{props.source}</strong>
      </p>
      {wrong && <Note tone="bad">{words.faults}</Note>}
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
            list="zones"
          />
          <datalist id="zones">
            {commonZones.map((zone) => (
              <option value={zone} />
            ))}
          </datalist>
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
        {events.slice(0, mostShown).map(({ summary, start, end, status, description }) => (
          <li class={`event ${status.toLowerCase()}`}>
            <strong dir="auto">{summary}</strong> <span class="quiet">{texts[language].agenda.status[status]}</span>
            <br />
            {times.span(start, end)}
            {description !== "" && (
              <details>
                <summary>{texts[language].agenda.details}</summary>
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
