import type { Deps } from "../deps.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import { findProviders } from "../store/bookings/bookings.ts";
import { deleteQueued, type OutboxRow } from "../store/mail/outbox.ts";
import { actingScopes, actsForProvider } from "../waldur/roles.ts";
import type { Mail } from "./message.ts";
import type { Post } from "./notices/notice.ts";
import { listPeople } from "./people.ts";
import { isFresh, renewRoles } from "./roles.ts";

/** Causes of which somebody is told by a role in Waldur, and those of which by a token alone. */
const byRole = new Set(["request", "requests", "reminder", "reminders", "digest", "decision"]);
const byToken = new Set(["own"]);
/** Those that ask for a decision on one request. */
const asking = new Set(["request", "reminder"]);
/** Seconds for which a list of open requests is worth sending: the next one follows. */
const digestSeconds = 43_200;

/**
 * Returns those of these rows that their persons may be told now. What tells of bookings is deleted where Waldur does not take the
 * token, or the person does not act for the provider of each booking that it names any more: what they may be told of is told anew, the
 * rest when the right is back. So is what asks about a request that is decided meanwhile, and a list of the day before. It waits while
 * Waldur does not say. Invitations stay: a withdrawal follows them. Throws `store_failed`.
 */
export async function allowedRows(deps: Deps, rows: readonly OutboxRow[]): Promise<OutboxRow[]> {
  const telling = rows.filter((row) => row.userUuid !== "" && (byRole.has(kindOf(row)) || byToken.has(kindOf(row))));
  if (telling.length === 0) return [...rows];
  const nowAt = epochSeconds(deps);
  const asked = new Set(telling.filter((row) => byRole.has(kindOf(row))).map(({ userUuid }) => userUuid));
  const all = await listPeople(deps);
  const renewed = await renewRoles(
    deps,
    all.filter(({ userUuid, account }) => asked.has(userUuid) && account.refusedAt === null),
  );
  const people = new Map([...all, ...renewed].map((person) => [person.userUuid, person]));
  const providers = await findProviders(deps.sql, [...new Set(telling.flatMap(namedIn))]);
  const fateOf = (row: OutboxRow): "goes" | "waits" | "lost" => {
    const person = people.get(row.userUuid);
    if (person === undefined || person.account.refusedAt !== null) return "lost";
    if (byToken.has(kindOf(row))) return "goes";
    if (!isFresh(person, nowAt)) return "waits";
    const named = namedIn(row).map((uuid) => providers.get(uuid));
    const acts = named.every((booking) => booking !== undefined && actsForProvider(person.account, booking));
    const late =
      (asking.has(kindOf(row)) && named.some((booking) => booking?.open !== true)) ||
      (kindOf(row) === "digest" && hasElapsed(row.createdAt, digestSeconds, nowAt));
    return acts && !late && actsForAnybody(person.account) ? "goes" : "lost";
  };
  const fates = new Map(telling.map((row) => [row, fateOf(row)]));
  const lost = telling.filter((row) => fates.get(row) === "lost");
  if (lost.length > 0) {
    await deleteQueued(
      deps.sql,
      lost.map(({ n }) => n),
    );
    deps.log.info("notices_dropped", { count: lost.length });
  }
  return rows.filter((row) => (fates.get(row) ?? "goes") === "goes");
}

function kindOf({ cause }: Pick<OutboxRow, "cause">): string {
  return cause.split(":", 1)[0] ?? "";
}

/** Returns the uuids of the bookings that a row names: the one that it is about, or those of a list. */
function namedIn({ bookingUuid, message }: Pick<OutboxRow, "bookingUuid" | "message">): readonly string[] {
  if (bookingUuid !== "" || message === "") return bookingUuid === "" ? [] : [bookingUuid];
  const { bookings, items = [] }: Partial<Pick<Mail, "bookings"> & Pick<Post, "items">> = JSON.parse(message);
  return bookings ?? items.map(({ booking }) => booking.uuid);
}

function actsForAnybody(account: Pick<AccountRow, "isStaff" | "roles">): boolean {
  return account.isStaff || actingScopes(account).length > 0;
}
