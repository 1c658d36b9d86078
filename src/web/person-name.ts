import { cleanName, cleanUsername } from "../calendar/foreign-text.ts";

/** Returns the name of somebody whom Waldur knows: the full name, or else the user name. */
export function personName({ fullName, username }: { readonly fullName: string; readonly username: string }): string {
  return cleanName(fullName) || cleanUsername(username);
}
