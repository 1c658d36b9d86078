import { fold } from "./text.ts";

/** A link with which whoever holds it decides: its token begins with `d`. */
const signed = /https?:\/\/[^\s\\]+\/a\/d[a-z0-9]{1,8}\.[\w-]{22}\.[0-9a-f]{1,32}\.([0-9a-f]{32})/g;

/**
 * A VEVENT for a calendar that others may see: each link that decides for whoever holds it becomes `pageOf` its booking,
 * the address of a page that asks who it is. All else keeps its bytes.
 */
export function relink(vevent: string, pageOf: (bookingUuid: string) => string): string {
  const whole = vevent.replaceAll(/\r\n[ \t]/g, "");
  if (whole.search(signed) < 0) return vevent;
  return whole
    .replaceAll(signed, (_, bookingUuid: string) => pageOf(bookingUuid))
    .split("\r\n")
    .slice(0, -1)
    .map(fold)
    .join("");
}
