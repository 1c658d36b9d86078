import * as v from "valibot";
import { bookingStates } from "../../calendar/booking.ts";
import { colours } from "../../calendar/colours.ts";
import {
  decisionModes,
  details,
  type FeedFilter,
  languages,
  profileBounds,
  stateMarks,
} from "../../calendar/profile.ts";
import { readZone } from "../../calendar/zone.ts";
import { cancelledPolicies, editPolicies } from "../../store/targets.ts";
import { readUuid } from "../../waldur/parameters.ts";
import { listKinds } from "../../account/find-source.ts";

// The JSON that the API takes; docs/openapi.yaml is generated from these schemas.

const uuid = v.pipe(
  v.string(),
  v.check((text) => readUuid(text) !== null, "is no uuid: wanted are 32 hexadecimal digits"),
  v.transform((text) => readUuid(text) ?? text),
);
const colour = v.pipe(
  v.string(),
  v.toLowerCase(),
  v.check((name) => colours.has(name), "must be a colour name of CSS, such as teal"),
);
const uuids = v.pipe(v.array(uuid), v.maxLength(100, "may hold at most 100"));

const usernames = v.pipe(
  v.array(v.pipe(v.string(), v.trim(), v.minLength(1, "may not be empty"), v.maxLength(200, "is too long"))),
  v.maxLength(100, "may hold at most 100"),
);

const filter = v.strictObject({
  states: v.exactOptional(v.array(v.picklist(bookingStates, `may hold ${bookingStates.join(", ")}`))),
  offerings: v.exactOptional(uuids),
  customers: v.exactOptional(uuids),
  projects: v.exactOptional(uuids),
  requesters: v.exactOptional(usernames),
  text: v.exactOptional(v.pipe(v.string(), v.trim(), v.maxLength(200, "may have at most 200 characters"))),
} satisfies Record<keyof FeedFilter, object>);

export function wholeNumber({ least, most }: { readonly least: number; readonly most: number }) {
  const wanted = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(wanted), v.integer(wanted), v.minValue(least, wanted), v.maxValue(most, wanted));
}

/** One schema for each field of a profile; forms check by them too. */
export const profile = {
  name: v.exactOptional(
    v.pipe(
      v.string(),
      v.trim(),
      v.minLength(1, "may not be empty"),
      v.maxLength(100, "may have at most 100 characters"),
    ),
  ),
  detail: v.exactOptional(v.picklist(details, `must be one of ${details.join(", ")}`)),
  language: v.exactOptional(v.picklist(languages, `must be one of ${languages.join(", ")}`)),
  zone: v.exactOptional(
    v.nullable(
      v.pipe(
        v.string(),
        v.check((name) => readZone(name) !== null, "must be an IANA time zone, such as Europe/Tallinn"),
        v.transform((name) => readZone(name) ?? name),
      ),
    ),
  ),
  alarmMinutes: v.exactOptional(v.nullable(wholeNumber(profileBounds.alarmMinutes))),
  colour: v.exactOptional(v.nullable(colour)),
  cancelled: v.exactOptional(v.picklist(["keep", "drop"], "must be keep or drop")),
  stateMark: v.exactOptional(v.picklist(stateMarks, `must be one of ${stateMarks.join(", ")}`)),
  wholeDays: v.exactOptional(v.boolean("must be true or false")),
  offeringColours: v.exactOptional(v.boolean("must be true or false")),
  chosenColours: v.exactOptional(
    v.pipe(
      v.record(uuid, colour, "must be colours by the uuids of offerings"),
      v.maxEntries(100, "may hold at most 100"),
    ),
  ),
  offeringImages: v.exactOptional(v.boolean("must be true or false")),
  decisions: v.exactOptional(v.picklist(decisionModes, `must be one of ${decisionModes.join(", ")}`)),
  pastDays: v.exactOptional(wholeNumber(profileBounds.pastDays)),
  futureDays: v.exactOptional(wholeNumber(profileBounds.futureDays)),
  filter: v.exactOptional(filter),
};

export const moment = v.pipe(
  v.string(),
  v.isoTimestamp("must be a time in ISO 8601, such as 2027-01-31T00:00:00Z"),
  v.transform((text) => Math.floor(Date.parse(text) / 1000)),
);
const time = v.nullable(moment);

export const newFeed = v.strictObject({
  source: v.strictObject({
    kind: v.picklist(listKinds, `must be one of ${listKinds.join(", ")}`),
    uuid: v.exactOptional(v.nullable(v.string())),
  }),
  ...profile,
  expiresAt: v.exactOptional(time),
});

export const changedFeed = v.strictObject({ ...profile, expiresAt: v.exactOptional(time) });

export const newAppPassword = v.strictObject({
  name: v.pipe(v.string("is missing: such as the name of the program"), v.maxLength(200, "is too long")),
});

export const testMailRequest = v.strictObject({ to: v.string() });

export const syncRequest = v.strictObject({
  dryRun: v.exactOptional(v.boolean()),
  allowRemovals: v.exactOptional(v.boolean()),
  source: v.exactOptional(v.string()),
  since: v.exactOptional(moment),
});

const secretText = v.pipe(v.string(), v.minLength(1, "may not be empty"), v.maxLength(4000, "is too long"));
export const credentials = v.strictObject({
  username: v.exactOptional(v.pipe(v.string(), v.maxLength(320, "is too long"))),
  password: v.exactOptional(secretText),
  token: v.exactOptional(secretText),
});

export const place = v.strictObject({
  url: v.exactOptional(v.pipe(v.string(), v.trim(), v.maxLength(2000, "is too long"))),
  preset: v.exactOptional(v.nullable(v.string())),
  ...credentials.entries,
});

export const newTarget = v.strictObject({
  ...place.entries,
  feed: v.string("is missing: the id of a feed"),
  calendar: v.exactOptional(v.nullable(v.string())),
  create: v.exactOptional(v.nullable(v.pipe(v.string(), v.trim(), v.minLength(1, "may not be empty")))),
  edits: v.exactOptional(v.picklist(editPolicies, "must be mirror or respect")),
  cancelled: v.exactOptional(v.picklist(cancelledPolicies, "must be keep or delete")),
});

export const pushRequest = v.strictObject({
  dryRun: v.exactOptional(v.boolean()),
  allowRemovals: v.exactOptional(v.boolean()),
});

export const decisionQuery = v.strictObject({
  booking: v.optional(v.nullable(uuid), null),
  limit: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,4}$/, "must be a number from 1 to 1000"),
      v.transform(Number),
      v.minValue(1, "must be a number from 1 to 1000"),
      v.maxValue(1000, "must be a number from 1 to 1000"),
    ),
    "100",
  ),
});
