import * as v from "valibot";
import { timeOrNull, textOrNull, whole, list, describe } from "./shape.ts";

const outboxCounts = {
  queued: describe(whole, "Messages that wait"),
  failed: describe(whole, "Messages that were given up in the last seven days"),
  reason: describe(v.string(), "What the receiver said of the last of them"),
};

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
  hook: describe(textOrNull, "The address to enter in a web hook of Waldur; null without HOOK_SECRET"),
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
  mail: describe(v.object({ on: v.boolean(), ...outboxCounts }), "What people are told by mail"),
  webhooks: describe(v.object(outboxCounts), "What is posted to webhooks"),
});

export const sentMail = v.object({
  result: v.picklist(["sent", "refused", "unclear", "unreachable"]),
  answer: describe(v.string(), "What the mail server said"),
});

export type SentMailJson = v.InferOutput<typeof sentMail>;

export type CheckJson = v.InferOutput<typeof check>;
