import type { Deps } from "../deps.ts";
import { epochSeconds } from "../lib/clock.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import { type SampleWaldur, sampleWaldur } from "./sample.ts";

const sampleUrl = "http://sample.waldur.invalid";
const daySeconds = 86_400;
/** Days after which the sample starts anew: its bookings lie around the day on which it was made. */
const sampleDays = 3;
/** Milliseconds after which something happens in the sample by itself. */
export const stepMilliseconds = 60_000;
/** Bookings of the sample that runs when nothing else is asked for. */
export const sampleBookings = 60;

/** The settings of a program whose Waldur is the sample. */
export const sampleSettings = {
  WALDUR_API_URL: sampleUrl,
  WALDUR_API_TOKEN: "sample-provider-owner",
  WALDUR_DECISION_TOKEN: "sample-staff",
  SIGNED_DECISIONS: "on",
} as const;

/**
 * Makes the sample of a database, the same again for some days after it was made first; `hook` gets what its web hook posts.
 * Throws `store_failed`.
 */
export async function beginSample(
  deps: Pick<Deps, "sql" | "now">,
  bookings: number,
  hook?: (body: string) => void,
): Promise<SampleWaldur> {
  const nowAt = epochSeconds(deps);
  const key = `sample:${bookings}`;
  const kept = Number((await readMeta(deps.sql, key)) ?? 0);
  const begunAt = Math.abs(nowAt - kept) < sampleDays * daySeconds ? kept : nowAt;
  await writeMeta(deps.sql, key, String(begunAt));
  return sampleWaldur({ now: deps.now, begunAt, bookings, baseUrl: sampleUrl, ...(hook !== undefined && { hook }) });
}
