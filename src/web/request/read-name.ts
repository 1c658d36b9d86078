import * as v from "valibot";
import { profile } from "../api/requests.ts";
import { fieldValue, type Fields } from "./forms.ts";

/** Reads the name that a form gives a calendar or a mirror; null for one that may not be taken. */
export function readName(fields: Fields): string | null {
  const found = v.safeParse(v.object({ name: profile.name }), { name: fieldValue(fields, "name") });
  return found.success ? (found.output.name ?? null) : null;
}
