import * as v from "valibot";
import { bookingStates } from "../../../calendar/booking.ts";
import { decisionModes, details, type FeedFilter, languages, stateMarks } from "../../../calendar/profile.ts";
import { scopeKinds } from "../../../waldur/scope.ts";
import { timeOrNull, textOrNull, whole, wholeOrNull, standing, list, describe } from "./shape.ts";

const profile = v.object({
  detail: v.picklist(details),
  language: v.picklist(languages),
  zone: textOrNull,
  alarmMinutes: wholeOrNull,
  colour: textOrNull,
  cancelled: v.picklist(["keep", "drop"]),
  stateMark: v.picklist(stateMarks),
  wholeDays: describe(v.boolean(), "Whole days of its zone are all-day events"),
  offeringColours: describe(v.boolean(), "Each offering has a colour of its own (COLOR)"),
  chosenColours: describe(v.record(v.string(), v.string()), "Colours of single offerings, by uuid; before their own"),
  offeringImages: describe(v.boolean(), "Events carry the picture of their offering (IMAGE)"),
  decisions: v.picklist(decisionModes),
  pastDays: whole,
  futureDays: whole,
  filter: v.object({
    states: v.exactOptional(list(v.picklist(bookingStates))),
    offerings: v.exactOptional(list(v.string())),
    customers: v.exactOptional(list(v.string())),
    projects: v.exactOptional(list(v.string())),
    requesters: v.exactOptional(list(v.string())),
    text: v.exactOptional(v.string()),
  } satisfies Record<keyof FeedFilter, object>),
});

export const feed = v.object({
  id: v.string(),
  name: v.string(),
  state: v.picklist(["loading", "active", "suspended", "ended"]),
  standing: describe(standing, "The caller's relation to the feed; `none` is never shown"),
  source: v.object({
    id: v.string(),
    kind: v.picklist(scopeKinds),
    uuid: textOrNull,
    name: v.string(),
    partial: describe(textOrNull, "Why Waldur shows only part of it"),
    loaded: v.boolean(),
    bookings: whole,
    pending: whole,
    freshAt: timeOrNull,
    failure: describe(textOrNull, "An error code"),
    failingSince: timeOrNull,
    access: describe(v.picklist(["ok", "lost"]), "`lost`: Waldur does not let the account read it any more"),
    lost: describe(
      v.nullable(v.picklist(["role", "inactive", "expired", "part"])),
      "Lost by the account: the role, its user's being active, any proof of the role because its token is not accepted for long, or a role that shows some of the bookings",
    ),
    lostSince: timeOrNull,
    held: describe(textOrNull, "Report of a mass removal held back"),
    skipped: whole,
  }),
  profile: describe(v.nullable(profile), "Null for those who may only see name and state"),
  address: describe(
    textOrNull,
    "Null while loading, for everybody but the account that made it, and while `missingKey` is not there",
  ),
  missingKey: describe(textOrNull, "Id of the missing key with which the address is sealed; it works all the same"),
  webcal: textOrNull,
  freeBusy: describe(textOrNull, "Address of the times that are taken, as VFREEBUSY"),
  events: whole,
  bytes: whole,
  warning: describe(textOrNull, "Its size is more than some programs take"),
  held: describe(list(v.string()), "Events that the linter holds back"),
  createdAt: timeOrNull,
  expiresAt: timeOrNull,
  usedAt: describe(timeOrNull, "Noted at most once an hour"),
  usedBy: textOrNull,
});

export type FeedJson = v.InferOutput<typeof feed>;

export const feeds = v.object({ feeds: list(feed) });
