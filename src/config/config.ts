import * as v from "valibot";
import { AppError } from "../errors.ts";
import { describeUnknown } from "./misspelt.ts";
import type { SettingFacts } from "./setting.ts";
import { feeds } from "./table/feeds.ts";
import { limits } from "./table/limits.ts";
import { mail } from "./table/mail.ts";
import { mirrors } from "./table/mirrors.ts";
import { reading } from "./table/reading.ts";
import { service } from "./table/service.ts";
import { waldur } from "./table/waldur.ts";

const schema = v.object({
  ...waldur,
  ...limits,
  ...service,
  ...reading,
  ...feeds,
  ...mirrors,
  ...mail,
});

type SettingValues = v.InferOutput<typeof schema>;

/** All settings, read and checked. `null`: not set. */
export type Config = Readonly<Omit<SettingValues, "publicUrl">> & {
  readonly publicUrl: string;
  /** A line for each environment variable that looks like a setting but is not one. */
  readonly misspelt: readonly string[];
};

/** Variables by name, as the platform gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One line of the table of settings: what `docs/configuration.md` holds. */
export interface Setting extends SettingFacts {
  readonly key: keyof SettingValues;
}

/** The table of settings, in its order. */
export const settings: readonly Setting[] = keysOf(schema.entries).map((key) => ({ key, ...factsOf(key) }));

/**
 * Reads the settings from environment variables; an empty one counts as not set.
 * Throws `bad_config` whose message has a line for each problem, with what to do; values are never repeated.
 */
export function readConfig(env: Environment): Config {
  const given = Object.fromEntries(settings.map(({ key, env: name }) => [key, env[name]?.trim() || undefined]));
  const read = v.safeParse(schema, given, { abortPipeEarly: true });
  const quoted = settings.filter(({ key }) => /^(["'])[^]*\1$/.test(given[key] ?? ""));
  const problems = quoted.map(
    ({ env: name }) => `${name}: stands in quotation marks, which count as part of it here; give it without them`,
  );
  for (const issue of read.issues ?? []) {
    const setting = settings.find(({ key }) => key === v.getDotPath(issue));
    if (setting === undefined || !quoted.includes(setting)) {
      problems.push(`${setting?.env ?? "settings"}: ${issue.message}`);
    }
  }
  if (given["waldurApiUrl"] !== undefined && given["waldurApiToken"] === undefined) {
    problems.push("WALDUR_API_TOKEN: is missing; give the token of an account of the Waldur in WALDUR_API_URL");
  }
  if (given["waldurApiUrl"] === undefined && given["waldurApiToken"] !== undefined) {
    problems.push("WALDUR_API_URL: is missing; give the address of the Waldur that WALDUR_API_TOKEN is for");
  }
  if ((given["googleClientId"] === undefined) !== (given["googleClientSecret"] === undefined)) {
    problems.push("GOOGLE_CLIENT_ID: goes together with GOOGLE_CLIENT_SECRET; give both or none");
  }
  if (given["mailUrl"] !== undefined && given["mailFrom"] === undefined) {
    problems.push("MAIL_FROM: is missing; give the address that mails are from");
  }
  if ((given["mailDkimSelector"] === undefined) !== (given["mailDkimKey"] === undefined)) {
    problems.push("MAIL_DKIM_SELECTOR: goes together with MAIL_DKIM_KEY; give both or none");
  }
  for (const [name, key] of [
    ["MAIL_LISTEN", "mailListen"],
    ["MAIL_INBOX", "mailInbox"],
  ] as const) {
    if (given[key] !== undefined && given["mailAnswers"] === undefined) {
      problems.push(`MAIL_ANSWERS: is missing; give the addresses whose mail ${name} takes`);
    }
  }
  if (!read.success || problems.length > 0) {
    throw new AppError("bad_config", [...problems, ...findMisspelt(env)].join("\n"), {
      facts: { problems: problems.length },
    });
  }
  const publicUrl = read.output.publicUrl ?? ownAddress(read.output);
  return { ...read.output, publicUrl, misspelt: findMisspelt(env) };
}

/** Returns true when PUBLIC_URL says where the service is; without it that is what `HOST` and `PORT` give. */
export function hasPublicUrl(config: Config): boolean {
  return config.publicUrl !== ownAddress(config);
}

/** Returns a line for each environment variable that looks like a setting but is not one, with the one that was probably meant. */
export function findMisspelt(env: Environment): string[] {
  const names = settings.map((setting) => setting.env);
  return Object.keys(env)
    .filter((name) => !names.includes(name))
    .flatMap((name) => describeUnknown(name, names) ?? []);
}

/**
 * Returns true when the environment names no Waldur, so that the sample is to run. Throws `bad_config` when it looks as if one
 * was meant: invented bookings must never stand where somebody expects real ones.
 */
export function wantsSample(env: Environment): boolean {
  const isSet = (name: string): boolean => (env[name]?.trim() ?? "") !== "";
  if (isSet("WALDUR_API_URL")) return false;
  const problems = findMisspelt(env).filter((line) => / did you mean WALDUR_\w+\?$/.test(line));
  for (const name of ["WALDUR_API_TOKEN", "WALDUR_DECISION_TOKEN"]) {
    if (isSet(name)) problems.push(`WALDUR_API_URL: is missing; give the address of the Waldur that ${name} is for`);
  }
  if (problems.length === 0) return true;
  throw new AppError("bad_config", [...problems, "`demo` runs the sample Waldur whatever is set"].join("\n"));
}

/** The settings when nothing is set. Tests spread it and override. */
export const defaultConfig: Config = readConfig({});

/** One setting as `check` shows it. */
export interface SettingRow {
  readonly name: string;
  /** As it would be written; a secret only `set` or `not set`. */
  readonly value: string;
  readonly source: "default" | "set";
  readonly help: string;
}

/** Returns the settings for display, without telling any secret. A setting that was set to its default counts as default. */
export function describeConfig(config: Config): SettingRow[] {
  const byDefault = { ...defaultConfig, publicUrl: ownAddress(config) };
  return settings.map(({ key, env, help, secret: hide }) => {
    const value = write(config[key]);
    const source = value === write(byDefault[key]) ? "default" : "set";
    return { name: env, value: hide ? (config[key] === null ? "not set" : "set") : value, source, help };
  });
}

/** Returns the texts that may appear nowhere: for `jsonLog`. */
export function secretsOf(config: Config): string[] {
  const keys = (config.secretKeys ?? "").split(",").map((entry) => entry.slice(entry.indexOf(":") + 1).trim());
  const { waldurApiToken, waldurDecisionToken, adminToken, hookSecret, googleClientSecret, mailDkimKey } = config;
  const passwords = [config.mailUrl, config.mailInbox].map((url) => (url === null ? "" : new URL(url).password));
  const given = [waldurApiToken, waldurDecisionToken, adminToken, hookSecret, googleClientSecret, mailDkimKey];
  const all = [...given, ...passwords.flatMap((password) => [password, safelyDecoded(password)]), ...keys];
  return all.flatMap((text) => text || []);
}

/** Returns the text without percent-encoding; as it is where it has none that can be read. */
function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function write(value: Config[keyof SettingValues]): string {
  if (value === null) return "not set";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value !== "object") return String(value);
  return "from" in value ? `${value.from}-${value.to}` : value.join(",");
}

function ownAddress({ host: name, port }: { host: string; port: number }): string {
  const reachable = name === "0.0.0.0" || name === "::" ? "localhost" : name;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

function keysOf<T extends object>(value: T): (keyof T)[] {
  return Object.keys(value).filter((key): key is Extract<keyof T, string> => key in value);
}

function factsOf(key: keyof SettingValues): SettingFacts {
  return v.getMetadata(schema.entries[key]);
}
