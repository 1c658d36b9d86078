import { cleanName, cleanUsername } from "../calendar/foreign-text.ts";
import { isolate } from "../calendar/text.ts";

/** Returns the name of somebody whom Waldur knows: the full name, or else the user name. */
export function personName({ fullName, username }: { readonly fullName: string; readonly username: string }): string {
  return isolate(cleanName(fullName) || cleanUsername(username));
}
