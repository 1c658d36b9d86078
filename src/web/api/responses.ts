import * as v from "valibot";
import { bookingStates } from "../../calendar/booking.ts";
import { actions, decisionModes, details, type FeedFilter, languages } from "../../calendar/profile.ts";
import { failureKinds } from "../../caldav/port.ts";
import { results, ways } from "../../store/decisions.ts";
import { cancelledPolicies, editPolicies } from "../../store/targets.ts";
import { scopeKinds } from "../../waldur/scope.ts";

// The JSON that the API answers with, said once: the handlers are typed by these schemas, the command line parses with
// them, and docs/openapi.yaml is generated from them. Handlers import types alone, so the Worker carries none of it.

const time = v.pipe(v.string(), v.isoTimestamp());
const timeOrNull = v.nullable(time);
const textOrNull = v.nullable(v.string());
const whole = v.pipe(v.number(), v.integer());
const wholeOrNull = v.nullable(whole);
const standing = v.picklist(["owner", "operator", "colleague", "former", "none"]);

function list<const S extends v.GenericSchema>(item: S) {
  return v.pipe(v.array(item), v.readonly());
}

function describe<const S extends v.GenericSchema>(schema: S, text: string) {
  return v.pipe(schema, v.description<v.InferOutput<S>, string>(text));
}

export const failure = v.object({
  error: v.object({
    code: v.string(),
    message: v.string(),
    requestId: v.optional(v.string()),
  }),
});

export const providers = v.object({
  providers: list(
    v.object({
      uuid: describe(v.string(), "The organisation's uuid, which its bookings name"),
      name: v.string(),
      own: describe(v.boolean(), "True when the account is its owner or manager"),
    }),
  ),
});
export type ProvidersJson = v.InferOutput<typeof providers>;

const booking = v.object({
  uuid: v.string(),
  name: v.string(),
  state: v.picklist(bookingStates),
  offering: v.string(),
  provider: v.string(),
  customer: v.string(),
  project: v.string(),
  requester: v.string(),
  slots: list(v.object({ start: time, end: time })),
});
export type BookingJson = v.InferOutput<typeof booking>;

export const bookings = v.object({
  bookings: list(booking),
  skipped: describe(list(v.object({ uuid: textOrNull, reason: v.string() })), "Bookings that do not fit"),
  rows: describe(
    v.nullable(list(v.record(v.string(), v.unknown()))),
    "With `field`, in place of bookings: these columns under Waldur's names",
  ),
  count: describe(wholeOrNull, "Bookings on all pages; null where only reading every page would tell"),
  next: describe(wholeOrNull, "Number of the page that follows"),
  notApplied: describe(
    list(v.string()),
    "Parameters that this Waldur ignores, also in the header X-Not-Applied; found out once a day, so that an upgrade of Waldur shows the day after",
  ),
});
export type BookingsJson = v.InferOutput<typeof bookings>;

const profile = v.object({
  detail: v.picklist(details),
  language: v.picklist(languages),
  zone: textOrNull,
  alarmMinutes: wholeOrNull,
  colour: textOrNull,
  cancelled: v.picklist(["keep", "drop"]),
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
      v.nullable(v.picklist(["role", "inactive", "part"])),
      "Lost by the account: the role, its user's being active, or a role that shows some of the bookings",
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

const changes = { added: whole, changed: whole, removed: whole };
const sourceReport = {
  ...changes,
  skipped: describe(whole, "Bookings that do not fit"),
  requests: describe(whole, "Requests to Waldur"),
  failure: describe(v.string(), "An error code, and what happened; empty when nothing failed"),
  held: describe(v.string(), "Report of a mass removal held back; empty for none"),
};

export const runs = v.object({ runs: list(v.object({ source: v.string(), endedAt: timeOrNull, ...sourceReport })) });
export type RunsJson = v.InferOutput<typeof runs>;

const pushCounts = {
  created: whole,
  updated: whole,
  deleted: whole,
  adopted: describe(whole, "Writes of an interrupted run that turned out to be done"),
  restored: describe(whole, "Events put back after somebody changed or deleted them"),
  conflict: whole,
  failed: whole,
  waiting: describe(whole, "Events that wait for their next attempt"),
  requests: whole,
  held: describe(v.string(), "Deletions held back because they are so many; empty for none"),
  failure: describe(v.string(), "Why the run ended early; empty when it did not"),
  cause: describe(v.picklist([...failureKinds, ""]), "The kind of answer that ended it; empty for none"),
  said: describe(v.string(), "The words of the server itself then; empty for none"),
  complete: v.boolean(),
};

export const push = v.object({
  id: v.string(),
  name: v.string(),
  ...pushCounts,
  planned: describe(
    list(
      v.object({
        verb: v.picklist(["create", "update", "delete"]),
        uid: v.string(),
        start: timeOrNull,
        end: timeOrNull,
      }),
    ),
    "The plan of a dry run",
  ),
});
export type PushJson = v.InferOutput<typeof push>;

export const sync = v.object({
  sources: list(
    v.object({ id: v.string(), name: v.string(), ...sourceReport, pages: describe(whole, "Of these, full pages") }),
  ),
  feeds: list(v.object({ id: v.string(), name: v.string(), ...changes, held: list(v.string()) })),
  targets: list(push),
  complete: v.boolean(),
  since: describe(timeOrNull, "Send this again when `complete` is false; null after a dry run"),
});
export type SyncJson = v.InferOutput<typeof sync>;

/** A target as colleagues see it. */
export const closedTarget = v.object({
  id: v.string(),
  feed: v.string(),
  name: v.string(),
  state: v.picklist(["on", "paused", "stopped", "removing"]),
  standing: describe(standing, "The caller's relation to its feed; `none` is never shown"),
});

export const openTarget = v.object({
  ...closedTarget.entries,
  calendar: describe(
    v.string(),
    "Its address; of a feed that was taken over, its server alone until credentials are given",
  ),
  account: describe(v.string(), "Host and user"),
  stopped: describe(textOrNull, "Why it stopped and who must act"),
  stoppedAt: timeOrNull,
  edits: v.picklist(editPolicies),
  cancelled: v.picklist(cancelledPolicies),
  events: whole,
  left: describe(whole, "Left as somebody edited them"),
  retired: describe(whole, "Behind the feed's window and left in place"),
  failing: whole,
  failingWhy: textOrNull,
  held: textOrNull,
  failure: textOrNull,
  failingSince: timeOrNull,
  restores: whole,
  mirroredAt: timeOrNull,
  checkedAt: timeOrNull,
  dueAt: timeOrNull,
  createdAt: timeOrNull,
  lastRun: describe(
    v.nullable(v.object({ ...pushCounts, endedAt: timeOrNull })),
    "The last run that did something or failed",
  ),
  server: describe(
    v.object({
      honoursIfNoneMatch: v.boolean(),
      honoursIfMatch: v.boolean(),
      honoursIfMatchOnDelete: v.boolean(),
      tellsEtag: v.boolean(),
      rewrites: v.boolean(),
      changeFeed: v.picklist(["sync-token", "ctag", "none"]),
      silentTokens: describe(v.optional(v.boolean()), "Any sync-token is taken, so that the calendar is listed hourly"),
      maxBytes: wholeOrNull,
      minAt: timeOrNull,
      maxAt: timeOrNull,
      concurrency: whole,
      software: v.string(),
    }),
    "How the server behaved in the write probe",
  ),
});
export type ClosedTargetJson = v.InferOutput<typeof closedTarget>;

export const target = v.union([openTarget, closedTarget]);
export type TargetJson = v.InferOutput<typeof target>;
export const targets = v.object({ targets: list(target) });
export const removedTarget = v.object({ id: v.string(), state: v.literal("removed") });

export const calendars = v.object({
  calendars: list(
    v.object({ url: v.string(), name: v.string(), notWritable: describe(textOrNull, "Why it cannot be written to") }),
  ),
  canCreate: v.boolean(),
});
export type CalendarsJson = v.InferOutput<typeof calendars>;

export const outcome = v.object({
  result: describe(v.picklist(["done", "already"]), "`already`: somebody else had decided the same before"),
  byOperator: describe(v.boolean(), "Done with WALDUR_DECISION_TOKEN"),
  message: v.string(),
});

export const notDecided = v.object({
  result: v.picklist([...results.filter((one) => one !== "done" && one !== "already"), "busy", "limited"]),
  ...failure.entries,
});

export const decisions = v.object({
  decisions: list(
    v.object({
      id: v.string(),
      madeAt: timeOrNull,
      bookingUuid: v.string(),
      action: v.picklist(actions),
      result: v.picklist(results),
      via: describe(v.picklist(ways), "By a person signed in, by a link alone, or over the API"),
      feedId: describe(v.string(), "Empty over the API"),
      accountId: v.string(),
      username: v.string(),
      fullName: v.string(),
      byOperator: v.boolean(),
      insider: describe(v.boolean(), "Stood for the provider then"),
      address: describe(v.string(), "The client's network; empty for everybody but the operator"),
    }),
  ),
});
export type DecisionsJson = v.InferOutput<typeof decisions>;

export const check = v.object({
  settings: list(
    v.object({ name: v.string(), value: v.string(), source: v.picklist(["default", "set"]), help: v.string() }),
  ),
  waldur: v.object({
    ok: v.boolean(),
    code: describe(textOrNull, "Why Waldur gave no useful answer, as an error code"),
    url: textOrNull,
    user: textOrNull,
    isStaff: v.boolean(),
    canAccept: v.boolean(),
    canReject: v.boolean(),
    sees: v.nullable(v.object({ bookings: whole, providers: whole })),
    tokenLifetime: describe(v.nullable(v.number()), "Seconds"),
    tokenExpiresAt: timeOrNull,
    problems: list(v.string()),
  }),
  sources: describe(list(v.string()), "Faults of sources, in words"),
  keys: describe(
    v.object({
      ring: list(
        v.object({
          id: v.string(),
          state: describe(
            v.picklist(["first", "kept", "missing", "other"]),
            "`first` seals, `kept` only opens, `missing` is not there, `other` is not the one that sealed",
          ),
          sealed: describe(whole, "Stored secrets that are sealed with it"),
        }),
      ),
      problems: list(v.string()),
    }),
    "The keys that seal what is stored",
  ),
});
export type CheckJson = v.InferOutput<typeof check>;
