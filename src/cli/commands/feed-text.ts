import type { FeedJson } from "../../web/api/responses.ts";
import { formatPairs, formatTable } from "../table.ts";
import { formatInstant } from "../option-values.ts";

/** Returns feeds as a table, without their addresses. */
export function formatFeeds(feeds: readonly FeedJson[]): string {
  return formatTable(
    ["id", "state", "source", "events", "kB", "last used", "by", "name"],
    feeds.map((feed) => [
      feed.id,
      feed.state,
      feed.source.name === "" ? feed.source.kind : `${feed.source.kind} ${feed.source.name}`,
      String(feed.events),
      kilobytes(feed.bytes),
      formatInstant(feed.usedAt, "never"),
      feed.usedBy ?? "",
      feed.warning === null ? feed.name : `${feed.name} (too large)`,
    ]),
  );
}

const lostWords = {
  role: "the role that shows it",
  inactive: "its user is not active in Waldur",
  expired: "any proof of its role, for its token is not accepted",
  part: "a role that shows some of it",
} as const;

/** Returns everything about one feed, its address included. */
export function formatFeed(feed: FeedJson): string {
  const { source, profile } = feed;
  return formatPairs([
    ["id", feed.id],
    ["name", feed.name],
    ["state", feed.state],
    ["address", feed.address ?? hiddenAddress(feed)],
    ["webcal", feed.webcal],
    ["free/busy", feed.freeBusy],
    ["source", `${source.kind} ${source.name}`.trim()],
    ["source uuid", source.uuid],
    ["partial", source.partial],
    ["lost", source.lost === null ? null : `${lostWords[source.lost]}, since ${formatInstant(source.lostSince)}`],
    ["bookings", String(source.bookings)],
    ["fresh at", formatInstant(source.freshAt, "never read")],
    ["failure", source.failure],
    ["removals", source.held],
    ["events", `${feed.events}, ${kilobytes(feed.bytes)} kB`],
    ["warning", feed.warning],
    ["held back", feed.held.length === 0 ? null : feed.held.join("; ")],
    ...(profile === null ? [] : formatProfile(profile)),
    ["created", formatInstant(feed.createdAt)],
    ["expires", formatInstant(feed.expiresAt, "never")],
    ["last used", feed.usedAt === null ? "never" : `${formatInstant(feed.usedAt)} by ${feed.usedBy ?? "unknown"}`],
  ]);
}

function hiddenAddress({ missingKey }: FeedJson): string {
  return missingKey === null
    ? "shown when the first load is done"
    : `works as before, but is sealed with key ${missingKey}, which is missing`;
}

function formatProfile(profile: NonNullable<FeedJson["profile"]>): readonly (readonly [string, string | null])[] {
  return [
    ["detail", profile.detail],
    ["language", profile.language],
    ["zone", profile.zone],
    ["alarm", profile.alarmMinutes === null ? null : `${profile.alarmMinutes} minutes before`],
    ["colour", profile.colour],
    ["cancelled", profile.cancelled],
    ["state mark", profile.stateMark],
    ["whole days", profile.wholeDays ? "all-day events" : "timed events"],
    ["offering colours", profile.offeringColours ? "on" : "off"],
    [
      "chosen colours",
      Object.entries(profile.chosenColours)
        .map(([uuid, name]) => `${uuid}=${name}`)
        .join(", ") || null,
    ],
    ["offering images", profile.offeringImages ? "on" : "off"],
    ["decisions", profile.decisions],
    ["window", `${profile.pastDays} days back, ${profile.futureDays} ahead`],
    ...Object.entries(profile.filter).map(([key, value]) => [`only ${key}`, [value].flat().join(", ")] as const),
  ];
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0);
}
