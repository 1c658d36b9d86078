import { type Preset, choosePreset, presets, discoveryStart, takesHost } from "../../../caldav/presets.ts";
import type { ConnectReason } from "../../../mirror/connect/error.ts";
import { fieldValue, type Fields } from "../../request/forms.ts";
import type { Texts } from "../../../text/index.ts";

/** The key of the sentence about a wrong field. */
type FieldErrorKey = keyof Texts["connect"]["fault"];

/** An error of a field: one of our sentences, or a reason with the server's own words. */
export type FieldError = FieldErrorKey | { readonly reason: ConnectReason; readonly said: string };

/** Returns the status of a page whose form failed for that reason: the server is at fault, or the input. */
export function connectErrorStatus(reason: ConnectReason): 400 | 502 {
  return reason === "failed" || reason === "silent" ? 502 : 400;
}

/** Returns a field as typed, cut to a number of characters. */
export function readTypedField(fields: Fields, name: string, most: number): string {
  return fieldValue(fields, name).slice(0, most).toWellFormed();
}

export interface AddressForm {
  readonly preset: string;
  readonly text: string;
}

const longestAddress = 500;
const mailAddress = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/;

/** Returns the text if it is a mail address, else "". */
export function readMailAddress(text: string): string {
  return mailAddress.test(text) ? text : "";
}

/** Reads the form that asks where a calendar is. `google`: the operator has set up Google. */
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
  const preset = choosePreset(typed.text, named ?? null);
  const fault = (name: keyof AddressForm, what: FieldError) => ({ typed, preset, faults: { [name]: what } });
  if (typed.preset !== "" && (named === undefined || named.start === null)) return fault("preset", "choice");
  if (typed.text.length > longestAddress) return fault("text", "long");
  if (preset?.start === null) return fault("text", { reason: "no-caldav", said: "" });
  if (preset?.id === "google") {
    if (!google) return fault("text", "google");
    if (readMailAddress(typed.text) === "") return fault("text", "mail");
  }
  if (typed.text === "" && (preset === null || takesHost(preset))) return fault("text", "server");
  // Any name will do: this only finds out whether the address leads somewhere.
  if (discoveryStart({ text: typed.text, username: "name" }, preset) === null) {
    return fault("text", { reason: "no-address", said: "" });
  }
  return { typed, preset, faults: {} };
}

/**
 * Returns the host to which a password would go for this address, and the preset all of whose users share that host, or
 * null; with "" for the host where the address leads nowhere.
 */
export function signInPlace({ preset: id, text }: { readonly preset: string | null; readonly text: string }): {
  readonly host: string;
  readonly preset: Preset | null;
} {
  const preset = choosePreset(text, presets.find((one) => one.id === id) ?? null);
  const start = discoveryStart({ text, username: "name" }, preset);
  const host = start === null ? "" : new URL(start).host;
  return { host, preset: preset === null || takesHost(preset) ? null : preset };
}

/** Errors of a user name and password. */
export interface LoginErrors {
  readonly username?: FieldError;
  readonly password?: FieldError;
}

/** Reads a user name and password. No page shows the password again. */
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
