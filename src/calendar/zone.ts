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

const dayMs = 86_400_000;
const mostDays = 4000;

/** An IANA zone that remembers its offset at the beginning of UTC days: a runtime takes long to tell one, and a page needs hundreds. */
class RememberedZone extends IANAZone {
  readonly #offsets = new Map<number, number>();

  /** Returns minutes at a moment, epoch milliseconds. */
  override offset(at: number): number {
    const day = Math.floor(at / dayMs);
    if (!(day >= 0)) return super.offset(at);
    // Since 1970 no zone has changed its clock twice within three days.
    const begun = this.#offsetOf(day);
    return begun === this.#offsetOf(day + 1) ? begun : super.offset(at);
  }

  #offsetOf(day: number): number {
    const known = this.#offsets.get(day);
    if (known !== undefined) return known;
    if (this.#offsets.size >= mostDays) this.#offsets.clear();
    const offset = super.offset(day * dayMs);
    this.#offsets.set(day, offset);
    return offset;
  }
}

const zones = new Map<string, IANAZone>();

/** Returns the IANA time zone of that name, UTC for an unknown one; never the zone of the machine. */
export function findZone(name: string): IANAZone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  if (!IANAZone.isValidZone(name)) return findZone("UTC");
  const zone = new RememberedZone(name);
  zones.set(name, zone);
  return zone;
}

/** Returns the names that this runtime lists, UTC first. Others, such as older names, are zones all the same. */
export function listZones(): readonly string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((name) => name !== "UTC")];
}

/**
 * Returns the name of an IANA time zone in its canonical letters, as `spellZone` does; null for anything that is no such
 * name. Another name of the same zone stays what it is: runtimes do not agree which is the right one.
 */
export function readZone(name: string): string | null {
  return IANAZone.isValidZone(name) ? spellZone(name) : null;
}

/** Returns the name of an IANA time zone in its canonical letters: `Europe/Tallinn` for `europe/TALLINN`. */
export function spellZone(name: string): string {
  return name.replace(/[A-Za-z]+/g, (part) => {
    const lower = part.toLowerCase();
    return parts.get(lower) ?? lower.charAt(0).toUpperCase() + lower.slice(1);
  });
}
