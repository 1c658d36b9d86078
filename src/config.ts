import * as v from "valibot";
import { AppError } from "./errors.ts";
import { logLevels } from "./log.ts";
import { describeUnknown } from "./misspelt.ts";
import {
  type SettingFacts,
  adminToken,
  flag,
  host,
  hostList,
  hours,
  keyRing,
  networkList,
  optional,
  publicAddress,
  secret,
  setting,
  visible,
  visibleText,
  waldurAddress,
  waldurToken,
  wholeSetting,
  zone,
} from "./setting.ts";

const schema = v.object({
  waldurApiUrl: optional(
    "WALDUR_API_URL",
    waldurAddress,
    visible("Address of the Waldur; without it a sample Waldur runs inside"),
  ),
  waldurApiToken: optional("WALDUR_API_TOKEN", waldurToken, secret("Token of the account that reads that Waldur")),
  waldurDecisionToken: optional(
    "WALDUR_DECISION_TOKEN",
    waldurToken,
    secret(
      "Token of a staff account of that Waldur, with which owners and managers of a provider reject its bookings; nothing else is done with it",
    ),
  ),
  signedDecisions: setting(
    "SIGNED_DECISIONS",
    flag,
    "off",
    "Whether feeds may have links with which whoever holds them decides: on or off",
  ),
  decisionDays: setting("DECISION_DAYS", wholeSetting(1, 36500), "365", "Days for which it is kept who decided what"),
  adminToken: optional(
    "ADMIN_TOKEN",
    adminToken,
    secret("What the operator shows to the API and to `--server`; without it the API is closed"),
  ),
  host: setting("HOST", host, "127.0.0.1", "Address the Node server listens on; 0.0.0.0 for all"),
  port: setting("PORT", wholeSetting(0, 65535), "8080", "Port the Node server listens on"),
  trustedProxies: setting(
    "TRUSTED_PROXIES",
    networkList,
    "127.0.0.0/8,::1",
    "Addresses or networks of proxies in front, on Node, which say in `X-Forwarded-For` who asks; separated by commas",
  ),
  publicUrl: optional(
    "PUBLIC_URL",
    publicAddress,
    visible("Address under which subscribers reach this service; by default made of `HOST` and `PORT`"),
  ),
  dataDir: setting("DATA_DIR", v.string(), "./data", "Folder of the database and of the key, on Node"),
  secretKeys: optional(
    "SECRET_KEYS",
    keyRing,
    secret("Keys that seal what is stored, as `keygen` prints them; on Node one is made in `DATA_DIR` when missing"),
  ),
  pollSeconds: setting(
    "POLL_SECONDS",
    wholeSetting(1, 86400),
    "60",
    "Seconds between readings of Waldur while requests wait or somebody reads the feed",
  ),
  nightPollSeconds: setting("NIGHT_POLL_SECONDS", wholeSetting(1, 86400), "600", "Seconds between readings otherwise"),
  nightHours: setting("NIGHT_HOURS", hours, "20-6", "Hours of the day in which nobody waits, from-to"),
  timeZone: setting("TIME_ZONE", zone, "UTC", "IANA time zone of the night hours"),
  sweepSeconds: setting("SWEEP_SECONDS", wholeSetting(1, 86400), "600", "Seconds between full listings of a source"),
  requestSeconds: setting("REQUEST_SECONDS", wholeSetting(1, 600), "60", "Seconds one request to Waldur may take"),
  outageNoticeHours: setting(
    "OUTAGE_NOTICE_HOURS",
    wholeSetting(1, 8760),
    "12",
    "Hours without Waldur after which feeds say so in an event",
  ),
  outageClearDays: setting(
    "OUTAGE_CLEAR_DAYS",
    wholeSetting(1, 3650),
    "14",
    "Days without Waldur after which feeds are cleared",
  ),
  accessClearHours: setting(
    "ACCESS_CLEAR_HOURS",
    wholeSetting(0, 8760),
    "24",
    "Hours after which a feed is cleared whose account lost its role in Waldur, or whose user is not active there",
  ),
  endedDays: setting(
    "ENDED_DAYS",
    wholeSetting(0, 3650),
    "30",
    "Days for which an ended address says that it has ended",
  ),
  tombstoneDays: setting(
    "TOMBSTONE_DAYS",
    wholeSetting(1, 3650),
    "30",
    "Days for which a booking that is gone stays as cancelled",
  ),
  removalGuardPercent: setting(
    "REMOVAL_GUARD_PERCENT",
    wholeSetting(0, 100),
    "20",
    "Share of a source's bookings that may vanish at once before removal is held",
  ),
  removalGuardMin: setting(
    "REMOVAL_GUARD_MIN",
    wholeSetting(0, 1000000),
    "10",
    "Number that may vanish at once whatever the share",
  ),
  feedWarnBytes: setting(
    "FEED_WARN_BYTES",
    wholeSetting(1, 1000000000),
    "800000",
    "Size of a feed from which it is warned about",
  ),
  feedWarnEvents: setting(
    "FEED_WARN_EVENTS",
    wholeSetting(1, 1000000),
    "1000",
    "Events in a feed from which it is warned about",
  ),
  // A Worker has 128 MB for everything.
  feedCacheBytes: setting(
    "FEED_CACHE_BYTES",
    wholeSetting(0, 4294967296),
    "33554432",
    "Bytes of feeds the process keeps at hand",
  ),
  caldavAllowHosts: optional(
    "CALDAV_ALLOW_HOSTS",
    hostList,
    visible(
      "Hosts of CalDAV servers that may be http and in a private network, each on the port named with it, without one on 80, 443, 5232 and 8443; separated by commas",
    ),
  ),
  googleClientId: optional(
    "GOOGLE_CLIENT_ID",
    visibleText,
    visible(
      "OAuth client of Google, with which people connect their Google calendars; without it Google is not offered",
    ),
  ),
  googleClientSecret: optional("GOOGLE_CLIENT_SECRET", visibleText, secret("Secret of that client")),
  feedPastDays: setting("FEED_PAST_DAYS", wholeSetting(0, 3650), "30", "Days back that a new feed shows"),
  feedFutureDays: setting("FEED_FUTURE_DAYS", wholeSetting(1, 3650), "365", "Days ahead that a new feed shows"),
  logLevel: setting(
    "LOG_LEVEL",
    v.picklist(logLevels, `give one of ${logLevels.join(", ")}`),
    "info",
    "Least level that is logged: debug, info, warn or error",
  ),
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
  const problems = (read.issues ?? []).map((issue) => {
    const setting = settings.find(({ key }) => key === v.getDotPath(issue));
    return `${setting?.env ?? "settings"}: ${issue.message}`;
  });
  if (given["waldurApiUrl"] !== undefined && given["waldurApiToken"] === undefined) {
    problems.push("WALDUR_API_TOKEN: is missing; give the token of an account of the Waldur in WALDUR_API_URL");
  }
  if (given["waldurApiUrl"] === undefined && given["waldurApiToken"] !== undefined) {
    problems.push("WALDUR_API_URL: is missing; give the address of the Waldur that WALDUR_API_TOKEN is for");
  }
  if ((given["googleClientId"] === undefined) !== (given["googleClientSecret"] === undefined)) {
    problems.push("GOOGLE_CLIENT_ID: goes together with GOOGLE_CLIENT_SECRET; give both or none");
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
  const { waldurApiToken, waldurDecisionToken, adminToken, googleClientSecret } = config;
  return [waldurApiToken ?? "", waldurDecisionToken ?? "", adminToken ?? "", googleClientSecret ?? "", ...keys].filter(
    (text) => text !== "",
  );
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
