import { cleanName } from "../calendar/foreign-text.ts";
import type { FeedFilter, FeedProfile } from "../calendar/profile.ts";
import type { Config } from "../config/config.ts";

/** Returns the profile of a new feed: the defaults, its source's name among them, with what was asked for. */
export function newProfile(config: Config, name: string, asked: Partial<FeedProfile>): FeedProfile {
  return changeProfile(
    {
      name: cleanName(name),
      detail: "full",
      language: "en",
      zone: null,
      alarmMinutes: null,
      colour: null,
      cancelled: "keep",
      stateMark: "word",
      wholeDays: true,
      offeringColours: false,
      chosenColours: {},
      offeringImages: false,
      decisions: "sign-in",
      pastDays: config.feedPastDays,
      futureDays: config.feedFutureDays,
      filter: {},
    },
    asked,
  );
}

/** Returns the profile with what was asked for. Each filter is set by itself; an empty list or text removes it. */
export function changeProfile(before: FeedProfile, { filter, ...asked }: Partial<FeedProfile>): FeedProfile {
  const merged: FeedFilter = { ...before.filter, ...filter };
  const kept = Object.entries<readonly string[] | string>({ ...merged }).filter(([, value]) => value.length > 0);
  return { ...before, ...asked, filter: Object.fromEntries(kept) };
}
