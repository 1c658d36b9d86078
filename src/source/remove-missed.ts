import { AppError } from "../errors.ts";
import { epochSeconds, isAhead } from "../lib/clock.ts";
import { countBookings, findBookings } from "../store/bookings/bookings.ts";
import { clearTime } from "../store/sources/readers.ts";
import { markMissed, markVanished } from "../store/bookings/write-bookings.ts";
import { aheadOf, reachedTime } from "../waldur/clock.ts";
import { sees } from "../waldur/roles.ts";
import { notePart, proveAccess } from "./access.ts";
import { commitRun, enterRun, type SourceRun, spendRequest } from "./run.ts";

/** Most missing bookings that are asked for by name before they count as gone. */
const asked = 20;
/** So many fit into one parameter of a statement. */
const mostUuids = 10_000;

/**
 * Removes what a whole listing did not hold, unless that is too much to believe. Waldur does not list what an account may
 * not see, and answers 404 for it: gone is only what the account would see by its roles as who-am-I tells them afterwards.
 * Resolves to the report of what was held, "" for nothing; to null when the account may not read the source any more, or
 * this run may not ask.
 */
export async function removeMissed(run: SourceRun, missed: readonly string[]): Promise<string | null> {
  if (missed.length === 0) return holdUnseen(run, []);
  const { source, deps } = run;
  const { listed } = await countBookings(deps.sql, source.id, epochSeconds(deps));
  const limit = Math.max(deps.config.removalGuardMin, Math.floor((listed * deps.config.removalGuardPercent) / 100));
  const many = missed.length > limit && !run.allowRemovals;
  const { absent, present } = many ? { absent: missed, present: [] } : await findAbsent(run, missed);
  if (absent.length === 0) return holdUnseen(run, []);
  const user = spendRequest(run) ? await proveAccess(run) : null;
  if (user === null) return null;
  const known = await findBookings(deps.sql, source.id, absent);
  const { gone = [], unseen = [] } = Object.groupBy(absent, (uuid) => {
    const booking = known.get(uuid)?.booking;
    return booking !== undefined && sees(user, booking) ? "gone" : "unseen";
  });
  const report = await holdUnseen(run, unseen);
  if (!many || gone.length <= limit) {
    await markGone(run, await confirmGone(run, gone, many || present.length > 0), epochSeconds(deps));
    return report;
  }
  deps.log.error("removal_held", { source: source.id, missing: gone.length, listed, limit });
  const held = `${gone.length} of ${listed} bookings are no longer listed, more than ${limit} at once; nothing was removed`;
  return report === "" ? held : `${report}; ${held}`;
}

/**
 * Keeps bookings that the account does not see any more, because it lost the role that showed them, until its feeds are to
 * be cleared; then they leave without a trace. Resolves to the report of what is kept; "" for nothing.
 */
async function holdUnseen(run: SourceRun, uuids: readonly string[]): Promise<string> {
  const { deps, source } = run;
  const nowAt = epochSeconds(deps);
  if (uuids.length === 0) {
    if (run.loss.lost === "part") await notePart(run, null);
    return "";
  }
  if (run.loss.lost !== "part" || isAhead(run.loss.lostAt ?? 0, nowAt)) {
    deps.log.error("access_lost", { source: source.id, name: source.name, reason: "a role that shows some bookings" });
    await notePart(run, nowAt);
  }
  const clearAt = clearTime(deps.config, run.loss) ?? nowAt;
  const waldurAt = run.serverMicros() / 1e6 || nowAt;
  if (clearAt > reachedTime(nowAt, aheadOf(nowAt, waldurAt)) && !run.allowRemovals) {
    const until = new Date(clearAt * 1000).toISOString();
    return `${uuids.length} bookings are not shown to the account any more, because it lost a role; they stay until ${until}`;
  }
  await notePart(run, null);
  await markGone(run, uuids, -nowAt);
  return "";
}

/** Marks bookings as gone since then, or below 0 as out of sight since then. */
async function markGone(run: SourceRun, missed: readonly string[], goneAt: number): Promise<void> {
  if (missed.length === 0) return;
  await enterRun(run);
  const uuids = missed.filter((uuid) => !run.overtaken.has(uuid));
  const { rev, id } = run.source;
  const marks = chunksOf(uuids).map((some, index) => markVanished(id, some, rev + index * mostUuids, goneAt));
  await commitRun(run, { rev: rev + uuids.length }, marks);
  run.report.removed += uuids.length;
}

/**
 * Asks for missing bookings by name. Of very many only the first are asked for; they speak for the others when Waldur shows
 * none of them. What it cannot come to counts as neither absent nor present.
 */
async function findAbsent(
  run: SourceRun,
  missed: readonly string[],
): Promise<{ readonly absent: readonly string[]; readonly present: readonly string[] }> {
  const absent: string[] = [];
  const present: string[] = [];
  for (const uuid of missed.slice(0, asked)) {
    // The last requests are for who-am-I and what is asked after it.
    if (run.requestsLeft < 3 || !spendRequest(run)) break;
    try {
      await run.client.booking(uuid);
      present.push(uuid);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "waldur_not_found") throw error;
      absent.push(uuid);
    }
  }
  if (present.length > 0) await commitRun(run, {}, [markMissed(run.source.id, present, null)]);
  return { absent: absent.length === asked ? [...absent, ...missed.slice(asked)] : absent, present };
}

/**
 * Returns those of these bookings that Waldur does not show now either: a role may have come back between the answers and
 * who-am-I. One speaks for all unless there is doubt, because it did show some of what it did not list.
 */
async function confirmGone(run: SourceRun, gone: readonly string[], doubt: boolean): Promise<readonly string[]> {
  const [first] = gone;
  if (first === undefined || doubt) return (await findAbsent(run, gone.slice(0, asked))).absent;
  if (!spendRequest(run)) return [];
  try {
    await run.client.booking(first);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "waldur_not_found") throw error;
    return gone;
  }
  return (await findAbsent(run, gone.slice(1, asked))).absent;
}

/** Returns the uuids in parts that fit into one parameter of a statement. */
export function chunksOf(uuids: readonly string[]): (readonly string[])[] {
  const count = Math.ceil(uuids.length / mostUuids);
  return Array.from({ length: count }, (_, index) => uuids.slice(index * mostUuids, (index + 1) * mostUuids));
}
