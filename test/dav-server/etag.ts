import type { Quirks } from "./quirks.ts";
import type { Stored } from "./shelf.ts";

/** An ETag as this server writes it. */
export function formOf({ etagForm }: Quirks, etag: string): string {
  return etagForm === "unquoted" ? etag : etagForm === "weak" ? `W/"${etag}"` : `"${etag}"`;
}

/** Returns true when the ETag of a condition is that of the object. */
export function isSame({ comparesStrongly }: Quirks, given: string, { etag }: Stored): boolean {
  if (comparesStrongly && given.startsWith("W/")) return false;
  return given === "*" || given.replace(/^W\//, "").replaceAll('"', "") === etag;
}

/** The header that tells it; `suffix`: what a proxy adds. */
export function etagHeader(quirks: Quirks, { etag }: Stored, suffix = ""): Record<string, string> {
  return quirks.etagForm === "none" ? {} : { ETag: formOf(quirks, etag + suffix) };
}
