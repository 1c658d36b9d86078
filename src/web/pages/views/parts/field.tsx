import type { FC, PropsWithChildren } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  /** Error of the input; "" for none. */
  readonly fault?: JSX.Element | string | undefined;
}

/** Returns the ids for aria-describedby: of the field's error and help. */
function describedBy({ name, help, fault }: FieldProps): string | undefined {
  return [...(fault ? [`${name}-fault`] : []), ...(help ? [`${name}-help`] : [])].join(" ") || undefined;
}

const FieldNotes: FC<FieldProps> = ({ name, help, fault }) => (
  <>
    {fault && (
      <p class="fault" id={`${name}-fault`}>
        {fault}
      </p>
    )}
    {help && (
      <p class="quiet help" id={`${name}-help`}>
        {help}
      </p>
    )}
  </>
);

interface InputProps extends FieldProps {
  readonly value: string;
  readonly type?: "text" | "password" | "date";
  readonly inputmode?: "numeric" | "text";
  readonly autocomplete?: string;
  readonly required?: boolean;
  readonly list?: string;
  /** On a button that takes the browser's time zone over, where there is script; `{}` is the zone. */
  readonly propose?: string;
}

/** A field of one line with its label, help and error. */
export const Input: FC<InputProps> = (props) => (
  <div class="field">
    <label for={props.name}>{props.label}</label>
    <input
      id={props.name}
      name={props.name}
      type={props.type ?? "text"}
      value={props.value}
      inputmode={props.inputmode}
      autocomplete={props.autocomplete ?? "off"}
      required={props.required}
      list={props.list}
      data-propose={props.propose}
      spellcheck={false}
      aria-invalid={props.fault ? "true" : undefined}
      aria-describedby={describedBy(props)}
    />
    <FieldNotes {...props} />
  </div>
);

export type Choice = readonly [value: string, label: string];

/** A drop-down field. */
export const Select: FC<FieldProps & { value: string; choices: readonly Choice[] }> = (props) => (
  <div class="field">
    <label for={props.name}>{props.label}</label>
    <select
      id={props.name}
      name={props.name}
      aria-invalid={props.fault ? "true" : undefined}
      aria-describedby={describedBy(props)}
    >
      {props.choices.map(([value, label]) => (
        <option value={value} selected={value === props.value}>
          {label}
        </option>
      ))}
    </select>
    <FieldNotes {...props} />
  </div>
);

/** A group of radio buttons or checkboxes. */
export const Choices: FC<
  FieldProps & { type: "radio" | "checkbox"; values: readonly string[]; choices: readonly Choice[] }
> = (props) => (
  <fieldset id={props.name} tabindex={props.fault ? -1 : undefined} aria-describedby={describedBy(props)}>
    <legend>{props.label}</legend>
    <FieldNotes {...props} />
    {props.choices.map(([value, label]) => (
      <label class="choice">
        <input type={props.type} name={props.name} value={value} checked={props.values.includes(value)} />
        <span>{label}</span>
      </label>
    ))}
  </fieldset>
);

interface FaultsProps {
  /** Says that something is wrong. */
  readonly title: string;
  /** Ids and labels of the fields, and what is wrong with each, if anything is. */
  readonly fields: readonly (readonly [id: string, label: string, fault: string | undefined])[];
}

/** The list of wrong fields above a form, each with a link to it; nothing while none is wrong. */
export const Faults: FC<FaultsProps> = ({ title, fields }) => {
  const wrong = fields.filter(([, , fault]) => fault !== undefined);
  if (wrong.length === 0) return null;
  return (
    <Note tone="bad">
      {title}
      <ul>
        {wrong.map(([id, label, fault]) => (
          <li>
            <a href={`#${id}`}>{label}</a>: {fault}
          </li>
        ))}
      </ul>
    </Note>
  );
};

/** A highlighted note. */
export const Note: FC<PropsWithChildren<{ tone: "good" | "wait" | "bad" | "plain" }>> = ({ tone, children }) => (
  <div class={tone === "plain" ? "note" : `note ${tone}`} role={tone === "bad" ? "alert" : "status"}>
    {children}
  </div>
);
