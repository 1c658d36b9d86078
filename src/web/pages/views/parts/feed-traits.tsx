import type { FC } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import { isolate } from "../../../../calendar/text.ts";
import type { FeedRow } from "../../../../store/feeds.ts";
import { readOfferings, type SourceRow } from "../../../../store/sources/sources.ts";
import { texts } from "../../../../text/index.ts";
import type { Times } from "../../../../text/times.ts";

interface FeedTraitsProps {
  readonly language: Language;
  readonly times: Times;
  readonly feed: Pick<FeedRow, "profile" | "usedAt" | "usedBy">;
  readonly source: Pick<SourceRow, "offerings">;
}

const mostOfferings = 3;

/** The traits that tell calendars over one list apart: detail, filters, zone, and who fetched them last. */
export const FeedTraits: FC<FeedTraitsProps> = ({ language, times, feed: { profile, usedAt, usedBy }, source }) => {
  const words = texts[language].calendars.traits;
  const known = readOfferings(source.offerings);
  const uuids = profile.filter.offerings ?? [];
  const names = uuids.slice(0, mostOfferings).map((uuid) => isolate(known.get(uuid)?.name ?? "") || words.unknown);
  const offerings = uuids.length === 0 ? words.allOfferings : words.offerings(names, uuids.length - names.length);
  const use = usedAt === null ? words.unused : words.used(usedBy, times.moment(usedAt));
  const traits = [words.detail[profile.detail], offerings, profile.zone ?? "UTC", use];
  return <p class="quiet small">{traits.join(" · ")}</p>;
};
