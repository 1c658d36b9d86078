import * as v from "valibot";
import { timeOrNull, textOrNull, whole, list, describe } from "./shape.ts";

const appPassword = v.object({
  id: v.string(),
  name: v.string(),
  createdAt: timeOrNull,
  usedAt: describe(timeOrNull, "Noted at most once an hour"),
  client: describe(textOrNull, "The program that used it last"),
});

export const appPasswords = v.object({
  address: describe(v.string(), "Where calendar programs find the caller's calendars"),
  userName: describe(v.string(), "To be typed in the program"),
  userId: describe(v.string(), "The same person, for programs that do not take the user name"),
  passwords: list(appPassword),
});

export type AppPasswordsJson = v.InferOutput<typeof appPasswords>;

export const newAppPassword = v.object({
  id: v.string(),
  name: v.string(),
  address: v.string(),
  userName: v.string(),
  password: describe(v.string(), "Shown this once"),
});

export type NewAppPasswordJson = v.InferOutput<typeof newAppPassword>;

export const revokedAppPassword = v.object({ id: v.string(), state: v.literal("revoked") });

export type RevokedAppPasswordJson = v.InferOutput<typeof revokedAppPassword>;

export const forgotten = v.object({
  feeds: whole,
  targets: whole,
  decisions: describe(whole, "Decisions that no longer name the person"),
});

export type ForgottenJson = v.InferOutput<typeof forgotten>;
