import { fold, unfold, unfoldLines } from "./content-line.ts";

/** A link that lets whoever holds it decide: its token begins with `d`. */
const signed = /https?:\/\/(?:(?!https?:\/\/)[^\s\\])+\/a\/d[a-z0-9]{1,8}\.[\w-]{22}\.[0-9a-f]{1,32}\.([0-9a-f]{32})/g;

/** A link to decide of either kind, with the button that it names. */
const anyLink =
  /https?:\/\/[^\s\\]+\/a\/[ds][a-z0-9]{1,8}\.[\w-]{22}\.[0-9a-f]{1,32}\.[0-9a-f]{32}(?:\/(?:accept|reject))?/g;

/** The link with which a booking is accepted, of either kind. */
const acceptLink = /https?:\/\/[^\s\\]+\/a\/[ds][a-z0-9]{1,8}\.[\w-]{22}\.[0-9a-f]{1,32}\.[0-9a-f]{32}\/accept\\n/;

/** Returns true for a VEVENT whose links let somebody accept: its booking waits for the provider. */
export function offersDecision(vevent: string): boolean {
  return acceptLink.test(unfold(vevent));
}

/**
 * Returns the VEVENT for a calendar that others may see: each link that lets its holder decide becomes `pageOf` its
 * booking, the address of a page that asks the visitor to sign in. All else keeps its bytes.
 */
export async function relink(vevent: string, pageOf: (bookingUuid: string) => Promise<string>): Promise<string> {
  const whole = unfold(vevent);
  const bookings = new Set(Array.from(whole.matchAll(signed), ([, bookingUuid = ""]) => bookingUuid));
  if (bookings.size === 0) return vevent;
  const pages = new Map<string, string>();
  for (const uuid of bookings) pages.set(uuid, await pageOf(uuid));
  const relinked = whole.replaceAll(signed, (_, bookingUuid: string) => pages.get(bookingUuid) ?? "");
  return unfoldLines(relinked).map(fold).join("");
}

/** Returns the VEVENTs for somebody who may read them and not decide by their links: each becomes `page`. All else keeps its bytes. */
export function withoutLinks(vevents: string, page: string): string {
  const whole = unfold(vevents);
  if (whole.search(anyLink) < 0) return vevents;
  return unfoldLines(whole.replaceAll(anyLink, () => page))
    .map(fold)
    .join("");
}
