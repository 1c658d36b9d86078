import * as v from "valibot";

/** How many, whether it is told as a number or as a list. */
const count = v.pipe(
  v.nullish(v.union([v.number(), v.array(v.unknown())]), 0),
  v.transform((value) => (Array.isArray(value) ? value.length : value)),
);
const time = v.nullish(v.string(), null);
/** An empty text counts as none. */
const textOrNull = v.pipe(
  v.nullish(v.string(), null),
  v.transform((text) => text || null),
);

export const providersAnswer = v.object({
  providers: v.array(v.object({ uuid: v.string(), name: v.string(), own: v.boolean() })),
});

const bookingAnswer = v.object({
  uuid: v.string(),
  name: v.string(),
  state: v.string(),
  offering: v.string(),
  customer: v.string(),
  project: v.string(),
  requester: v.string(),
  slots: v.array(v.object({ start: v.string(), end: v.string() })),
});
export type BookingAnswer = v.InferOutput<typeof bookingAnswer>;

export const bookingsAnswer = v.object({
  bookings: v.array(bookingAnswer),
  skipped: count,
  count: v.nullish(v.number(), null),
  /** Number of the page that follows. */
  next: v.nullish(v.number(), null),
});

const profile = v.object({
  detail: v.string(),
  language: v.string(),
  zone: textOrNull,
  alarmMinutes: v.nullish(v.number(), null),
  colour: textOrNull,
  cancelled: v.string(),
  decisions: v.optional(v.string(), "off"),
  pastDays: v.number(),
  futureDays: v.number(),
  filter: v.nullish(v.record(v.string(), v.union([v.string(), v.array(v.string())])), {}),
});

export const feedAnswer = v.object({
  id: v.string(),
  name: v.string(),
  state: v.string(),
  source: v.object({
    id: v.string(),
    kind: v.string(),
    uuid: textOrNull,
    name: v.string(),
    /** Why Waldur shows the account only a part. */
    partial: textOrNull,
    loaded: v.boolean(),
    bookings: v.number(),
    freshAt: time,
    /** An error code. */
    failure: textOrNull,
    access: v.string(),
    held: textOrNull,
  }),
  profile,
  address: textOrNull,
  webcal: textOrNull,
  events: v.number(),
  bytes: v.number(),
  warning: textOrNull,
  createdAt: time,
  expiresAt: time,
  usedAt: time,
  usedBy: textOrNull,
  held: v.nullish(v.array(v.unknown()), []),
});
export type FeedAnswer = v.InferOutput<typeof feedAnswer>;

export const feedsAnswer = v.object({ feeds: v.array(feedAnswer) });

export const targetAnswer = v.object({
  id: v.string(),
  feed: v.string(),
  name: v.string(),
  calendar: v.string(),
  account: v.string(),
  state: v.string(),
  stopped: textOrNull,
  edits: v.string(),
  cancelled: v.string(),
  events: v.number(),
  left: v.number(),
  retired: v.number(),
  failing: v.number(),
  failingWhy: textOrNull,
  held: textOrNull,
  failure: textOrNull,
  restores: v.number(),
  mirroredAt: time,
  dueAt: time,
  server: v.object({
    software: v.string(),
    honoursIfNoneMatch: v.boolean(),
    changeFeed: v.string(),
    maxBytes: v.nullable(v.number()),
  }),
});
export type TargetAnswer = v.InferOutput<typeof targetAnswer>;

export const targetsAnswer = v.object({ targets: v.array(targetAnswer) });

export const pushAnswer = v.object({
  id: v.string(),
  name: v.string(),
  created: v.number(),
  updated: v.number(),
  deleted: v.number(),
  adopted: v.number(),
  restored: v.number(),
  conflict: v.number(),
  failed: v.number(),
  requests: v.number(),
  held: textOrNull,
  failure: textOrNull,
  complete: v.boolean(),
  planned: v.array(v.object({ verb: v.string(), uid: v.string(), start: time })),
});
export type PushAnswer = v.InferOutput<typeof pushAnswer>;

export const syncAnswer = v.object({
  sources: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      added: v.number(),
      changed: v.number(),
      removed: v.number(),
      skipped: v.number(),
      requests: v.number(),
      failure: textOrNull,
      /** What was held back and why. */
      held: textOrNull,
    }),
  ),
  feeds: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      added: v.number(),
      changed: v.number(),
      removed: v.number(),
      held: count,
    }),
  ),
  targets: v.nullish(v.array(pushAnswer), []),
  complete: v.boolean(),
  /** What to ask for again where a run was not complete: nothing swept since then is swept once more. */
  since: time,
});
export type SyncAnswer = v.InferOutput<typeof syncAnswer>;

export const outcomeAnswer = v.object({ result: v.string(), message: v.string() });

export const decisionsAnswer = v.object({
  decisions: v.array(
    v.object({
      madeAt: v.string(),
      bookingUuid: v.string(),
      action: v.string(),
      result: v.string(),
      via: v.string(),
      feedId: v.string(),
      username: v.string(),
      fullName: v.string(),
      byOperator: v.boolean(),
      address: v.string(),
    }),
  ),
});

export const checkAnswer = v.object({
  settings: v.array(v.object({ name: v.string(), value: v.string(), source: v.string(), help: v.string() })),
  waldur: v.object({
    ok: v.boolean(),
    url: textOrNull,
    /** Why not, as an error code. */
    code: textOrNull,
    user: textOrNull,
    isStaff: v.nullish(v.boolean(), null),
    canAccept: v.nullish(v.boolean(), null),
    canReject: v.nullish(v.boolean(), null),
    sees: v.nullish(v.object({ bookings: v.nullish(v.number(), null), providers: v.nullish(v.number(), null) }), null),
    tokenExpiresAt: time,
    /** Seconds. */
    tokenLifetime: v.nullish(v.number(), null),
    problems: v.array(v.string()),
  }),
  /** What is wrong with sources, in words. */
  sources: v.array(v.string()),
});
