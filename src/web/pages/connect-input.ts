import { type Preset, findPreset, presets, discoveryStart } from "../../caldav/presets.ts";
import type { ConnectReason } from "../../mirror/connect-error.ts";
import { fieldValue, type Fields } from "./page-context.tsx";
import type { Texts } from "../../text/index.ts";

/** The key of a sentence that says what is wrong with a field. */
export type FieldErrorKey = keyof Texts["connect"]["fault"];

/** What is wrong with a field: a sentence of ours, or a reason with what the server said. */
export type FieldError = FieldErrorKey | { readonly reason: ConnectReason; readonly said: string };

/** What a page answers with whose form met that reason: the server is at fault, or what was typed. */
export function connectErrorStatus(reason: ConnectReason): 400 | 502 {
  return reason === "failed" || reason === "silent" ? 502 : 400;
}

/** A field as typed, cut to so many characters. */
export function readTypedField(fields: Fields, name: string, most: number): string {
  return fieldValue(fields, name).slice(0, most).toWellFormed();
}

export interface AddressForm {
  readonly preset: string;
  readonly text: string;
}

const longestAddress = 500;
const mailAddress = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/;

/** The mail address that a text is; "" for any other. */
export function readMailAddress(text: string): string {
  return mailAddress.test(text) ? text : "";
}

/** Where somebody says that their calendar is, or what is wrong with it. `google`: it can be connected here. */
export function readAddressForm(
  fields: Fields,
  google: boolean,
): {
  readonly typed: AddressForm;
  readonly preset: Preset | null;
  readonly faults: Partial<Record<keyof AddressForm, FieldError>>;
} {
  const typed = {
    preset: fieldValue(fields, "preset"),
    text: readTypedField(fields, "text", longestAddress + 1).trim(),
  };
  const named = presets.find((one) => one.id === typed.preset);
  const preset = named ?? findPreset(typed.text);
  const fault = (name: keyof AddressForm, what: FieldError) => ({ typed, preset, faults: { [name]: what } });
  if (typed.preset !== "" && (named === undefined || named.start === null)) return fault("preset", "choice");
  if (typed.text.length > longestAddress) return fault("text", "long");
  if (preset?.start === null) return fault("text", { reason: "no-caldav", said: "" });
  if (preset?.id === "google") {
    if (!google) return fault("preset", "choice");
    if (readMailAddress(typed.text) === "") return fault("text", "mail");
  }
  // Any name will do: only whether the address leads somewhere is asked.
  if (discoveryStart({ text: typed.text, username: "name" }, preset) === null) {
    return fault("text", { reason: "no-address", said: "" });
  }
  return { typed, preset, faults: {} };
}

/** What is wrong with a user name and password. */
export interface LoginErrors {
  readonly username?: FieldError;
  readonly password?: FieldError;
}

/** A user name and password, or what is wrong with them. The password stands on no page again. */
export function readPassword(fields: Fields): {
  readonly username: string;
  readonly password: string;
  readonly faults: LoginErrors;
} {
  const username = readTypedField(fields, "username", 321).trim();
  const password = readTypedField(fields, "password", 501);
  return {
    username: username.slice(0, 320),
    password,
    faults: {
      ...((username === "" || username.length > 320) && { username: "username" }),
      ...((password === "" || password.length > 500) && { password: "password" }),
    },
  };
}
