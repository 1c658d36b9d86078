import { readInt, readText } from "./sql/row.ts";
import type { Sql } from "./sql/port.ts";
import { commonLoss, listLosses } from "./sources/readers.ts";
import { withLastReads } from "./sources/reads.ts";
import { listSources } from "./sources/sources.ts";

/** The state of a list that somebody has a feed over. Times are epoch seconds. */
interface SourceFigures {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** Time of the last good reading; until there is one, that at which the list was added. */
  readonly freshAt: number;
  readonly failingSinceAt: number | null;
  /** An error code; "" while it does not fail. */
  readonly failure: string;
  /** The loss that all its accounts have; "" for nothing. */
  readonly lost: string;
  /** True when a mass removal is held back. */
  readonly held: boolean;
}

/** A number of rows that have these two labels in common; the second is "" where there is one only. */
interface Count {
  readonly of: "feeds" | "decisions" | "targets";
  readonly label: string;
  readonly other: string;
  readonly count: number;
}

/** The figures that the database has of the service, for whoever watches it. */
export interface StoreFigures {
  readonly sources: readonly SourceFigures[];
  /** Feeds by state; decisions by action and result; targets by state, where `failing` are those that are on and fail. */
  readonly counts: readonly Count[];
  readonly events: number;
  readonly eventsHeld: number;
  /** Messages that wait, those given up in the last 24 hours, and since when the oldest waits, epoch seconds. */
  readonly outbox: { readonly queued: number; readonly failed: number; readonly oldestAt: number | null };
}

/** Returns the figures at `nowAt` (epoch seconds), in five statements whose cost does not follow the number of bookings. */
export async function readFigures(sql: Sql, nowAt: number): Promise<StoreFigures> {
  const counted = await sql.all(
    `SELECT 'feeds' AS kind, state AS label, '' AS other, count(*) AS count FROM feeds GROUP BY state
     UNION ALL SELECT 'decisions', action, result, count(*) FROM decisions GROUP BY action, result
     UNION ALL SELECT 'targets', CASE WHEN state = 'on' AND failing_since_at IS NOT NULL THEN 'failing' ELSE state END, '', count(*)
       FROM targets GROUP BY 2`,
  );
  const sums = await sql.first(
    `SELECT (SELECT coalesce(sum(event_count), 0) FROM feeds WHERE state != 'ended') AS events,
       (SELECT coalesce(sum(json_array_length(held)), 0) FROM feeds WHERE state != 'ended' AND held != '') AS held,
       (SELECT count(*) FROM outbox WHERE state = 'queued') AS queued,
       (SELECT coalesce(min(created_at), 0) FROM outbox WHERE state = 'queued') AS oldest,
       (SELECT count(*) FROM outbox WHERE ended_at > ?1 AND state = 'failed') AS failed`,
    nowAt - 86_400,
  );
  const losses = await listLosses(sql);
  const sources = await withLastReads(sql, await listSources(sql));
  const read = (column: string): number => (sums === null ? 0 : readInt(sums, column));
  return {
    sources: sources.flatMap((source): SourceFigures[] => {
      const readers = losses.get(source.id);
      if (readers === undefined) return [];
      const { id, name, kind, failure, failingSinceAt } = source;
      const freshAt = source.freshAt ?? source.createdAt;
      return [
        { id, name, kind, freshAt, failure, failingSinceAt, lost: commonLoss(readers).lost, held: source.held !== "" },
      ];
    }),
    counts: counted.map((row) => ({
      of: kindOf(readText(row, "kind")),
      label: readText(row, "label"),
      other: readText(row, "other"),
      count: readInt(row, "count"),
    })),
    events: read("events"),
    eventsHeld: read("held"),
    outbox: { queued: read("queued"), failed: read("failed"), oldestAt: read("queued") === 0 ? null : read("oldest") },
  };
}

function kindOf(text: string): Count["of"] {
  return text === "feeds" || text === "targets" ? text : "decisions";
}
