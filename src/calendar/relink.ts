import { fold } from "./text.ts";

/** A link with which whoever holds it decides: its token begins with `d`. */
const signed = /https?:\/\/[^\s\\]+\/a\/d[a-z0-9]{1,8}\.[\w-]{22}\.[0-9a-f]{1,32}\.([0-9a-f]{32})/g;

/**
 * A VEVENT for a calendar that others may see: each link that decides for whoever holds it becomes `pageOf` its booking,
 * the address of a page that asks who it is. All else keeps its bytes.
 */
export async function relink(vevent: string, pageOf: (bookingUuid: string) => Promise<string>): Promise<string> {
  const whole = vevent.replaceAll(/\r\n[ \t]/g, "");
  const bookings = new Set(Array.from(whole.matchAll(signed), ([, bookingUuid = ""]) => bookingUuid));
  if (bookings.size === 0) return vevent;
  const pages = new Map<string, string>();
  for (const uuid of bookings) pages.set(uuid, await pageOf(uuid));
  return whole
    .replaceAll(signed, (_, bookingUuid: string) => pages.get(bookingUuid) ?? "")
    .split("\r\n")
    .slice(0, -1)
    .map(fold)
    .join("");
}
