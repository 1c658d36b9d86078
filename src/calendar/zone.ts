import { IANAZone } from "luxon";

/** Parts of names in the IANA time zone database that do not begin with their only capital. */
const parts = new Map(
  (
    "ACT BajaNorte BajaSur CDT CET CHAT CST ComodRivadavia DeNoronha DumontDUrville EDT EET EST EasterIsland GB GMT " +
    "HST IN LHI MDT MET MST McMurdo NSW NZ PDT PRC PST ROC ROK SU UCT US UTC WET au es of"
  )
    .split(" ")
    .map((part) => [part.toLowerCase(), part]),
);

/**
 * Returns the name of an IANA time zone in its canonical letters: `Europe/Tallinn` for `europe/TALLINN`; null for anything
 * that is no such name. Another name of the same zone stays what it is: runtimes do not agree which is the right one.
 */
export function readZone(name: string): string | null {
  if (!IANAZone.isValidZone(name)) return null;
  return name.replace(/[A-Za-z]+/g, (part) => {
    const lower = part.toLowerCase();
    return parts.get(lower) ?? lower.charAt(0).toUpperCase() + lower.slice(1);
  });
}
