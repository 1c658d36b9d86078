import { AppError, codeOf, messageOf } from "./errors.ts";
import { memoize } from "./lib/memoize.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];
export type Facts = Readonly<Record<string, unknown>>;

/** The program's word to its operator: an event's name, lower case with underscores, and small facts about it. */
export type Log = { readonly [level in LogLevel]: (event: string, facts?: Facts) => void };

const hidden = "[hidden]";
const longestText = 2000;
const longestList = 50;
const deepest = 6;

const secretName = /token|secret|authori[sz]ation|passw|cookie|credential|api[-_]?key|signature/i;

/** Matches where a plain English word follows, as in "Token has expired". */
const notAWord = `(?![A-Za-z]{1,15}(?:[\\s.,;:!?)"'\\]}]|$))`;

// A match that begins reads on without going back, and no other begins inside: redaction takes time by the length alone.
const masks: readonly (readonly [RegExp, string])[] = [
  // The whole of a header, as it stands in a message or a dump.
  [/((?:authorization|cookie)["']?\s*[:=]\s*)[^\r\n]+/gi, `$1${hidden}`],
  // The secret of a feed's address and of a link, also when the path is itself a parameter.
  [/((?:\/|%2f)[fah](?:\/|%2f))(?:(?!%2f)[^/?#\s"'<>\\&])+/gi, `$1${hidden}`],
  [/(:\/\/)[^/?#\s"'<>]*@/g, `$1${hidden}@`],
  [new RegExp(`\\b(token|bearer|basic)(\\s+)${notAWord}\\S+`, "gi"), `$1$2${hidden}`],
  [/((?:token|secret|passw(?:(?!passw)\w)*|api[-_]?key|signature)["']?\s*[:=]\s*["']?)[^\s"'&,;]+/gi, `$1${hidden}`],
  [/\beyJ[\w-]+(?:\.[\w-]+)*/g, hidden],
  [/\bw_[A-Za-z0-9]{8,}/g, hidden],
];

/** Every mask wants one of these in its text; most texts are single words and have none. */
const maskable = /[\s:=]|(?:\/|%2f)[fah](?:\/|%2f)[^/?#\s"'<>\\&]|eyJ|w_/i;

/**
 * Returns the text without what lets somebody in: the secrets in `/f/…`, `/a/…` and `/h/…` paths, credentials after `Token`, `Bearer` and
 * `Basic`, in URLs and headers, JWTs, personal access tokens, and each of `secrets` wherever it stands.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  return mask(text, maskedSecrets(secrets));
}

/** Returns the secrets long enough to be told from other text, the longest first: a secret may hold another. */
function maskedSecrets(secrets: readonly string[]): readonly string[] {
  return secrets.filter((secret) => secret.length >= 6).toSorted((a, b) => b.length - a.length);
}

/** As `redact`, with the secrets as `maskedSecrets` gives them. */
function mask(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) if (clean.length >= secret.length) clean = clean.replaceAll(secret, hidden);
  if (!maskable.test(clean)) return clean;
  for (const [pattern, replacement] of masks) clean = clean.replace(pattern, replacement);
  return clean;
}

/**
 * Makes a log of one JSON object a line: `at` (ISO 8601 from `now`, epoch milliseconds), `level`, `event`, then the facts,
 * redacted; the values of facts named like a secret are hidden whole. `secrets` are texts never to be written anywhere.
 * `write` gets the line without its end. Nothing below `least` is written. Never throws for what the facts hold.
 */
export function jsonLog(
  write: (line: string) => void,
  now: () => number,
  least: LogLevel,
  secrets: readonly string[] = [],
): Log {
  const masked = maskedSecrets(secrets);
  const nameOf = memoize((name: string): FactName => {
    const clean = mask(name, masked);
    const json = JSON.stringify(ownNames.includes(clean) ? `_${clean}` : clean);
    return { json, hide: secretName.test(name) };
  }, 1000);
  const eventOf = memoize((event: string) => JSON.stringify(mask(event, masked)), 1000);
  const timeOf = memoize((moment: number) => new Date(moment).toISOString(), 1);
  const at = (level: LogLevel): Log[LogLevel] => {
    if (logLevels.indexOf(level) < logLevels.indexOf(least)) return ignore;
    return (event, facts = {}) => {
      const own = `{"at":"${timeOf(now())}","level":"${level}","event":${eventOf(event)}`;
      write(`${own}${members(facts, nameOf, masked)}}`);
    };
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

const ownNames: readonly string[] = ["at", "level", "event"];

/** Returns the facts as members of the line's object, each after a comma. Written bit by bit: there is a line for each request. */
function members(facts: Facts, nameOf: (name: string) => FactName, secrets: readonly string[]): string {
  try {
    let text = "";
    for (const name of Object.keys(facts)) {
      const { [name]: value } = facts;
      if (value === undefined) continue;
      const { json, hide } = nameOf(name);
      text += `,${json}:${JSON.stringify(hide && isTelling(value) ? hidden : cleanValue(value, secrets, 1))}`;
    }
    return text;
  } catch {
    return ',"facts":"unreadable"';
  }
}

/** Logs a failure with the code and facts of an `AppError`: `conflict` as info, since the next run resolves it. */
export function logFailure({ log }: { readonly log: Log }, event: string, error: unknown, facts: Facts = {}): void {
  const own = error instanceof AppError ? error.facts : {};
  const level = codeOf(error) === "conflict" ? "info" : "error";
  log[level](event, { ...facts, code: codeOf(error) ?? "bug", message: messageOf(error), ...own });
}

/** Facts about a fact's name. */
interface FactName {
  /** As a member of the line, where it must not pass for one of the line's own. */
  readonly json: string;
  /** True when a fact of that name is hidden whole. */
  readonly hide: boolean;
}

export interface LogEntry {
  readonly level: LogLevel;
  readonly event: string;
  readonly facts: Facts;
}

/** Keeps what was logged, unredacted, so that a test can look at it. */
export function memoryLog(): Log & { readonly entries: LogEntry[] } {
  const entries: LogEntry[] = [];
  const at =
    (level: LogLevel) =>
    (event: string, facts: Facts = {}) => {
      entries.push({ level, event, facts });
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), entries };
}

function ignore(): void {}

/** Returns true when a value could tell a secret. */
function isTelling(value: unknown): boolean {
  return value !== null && typeof value !== "boolean";
}

type Entry = [name: string, value: unknown];

/** Entries and no object until the end: a fact may be called `__proto__`. */
function cleanEntries(values: object, secrets: readonly string[], depth: number): Entry[] {
  const kept: Entry[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const hide = secretName.test(name) && isTelling(value);
    kept.push([mask(name, secrets), hide ? hidden : cleanValue(value, secrets, depth + 1)]);
  }
  return kept;
}

/** Returns a value as JSON can hold it, short and without secrets. Objects of a class are only named: nobody knows what they hold. */
function cleanValue(value: unknown, secrets: readonly string[], depth: number): unknown {
  if (typeof value === "string") {
    const text = mask(value, secrets);
    return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  }
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "bigint") return mask(String(value), secrets);
  if (typeof value !== "object") return `[${typeof value}]`;
  if (depth > deepest) return "[deeper]";
  if (value instanceof URL) return mask(value.href, secrets);
  if (value instanceof Error) {
    const { name, message, cause } = value;
    const ours = value instanceof AppError ? { code: value.code, ...value.facts } : {};
    return Object.fromEntries(cleanEntries({ name, message, ...ours, cause }, secrets, depth));
  }
  if (Array.isArray(value)) return value.slice(0, longestList).map((item) => cleanValue(item, secrets, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return Object.fromEntries(cleanEntries(value, secrets, depth));
  }
  return `[${value.constructor.name}]`;
}

/** Does the work; logs its failure and resolves to undefined then. */
export async function attempt<T>(
  deps: { readonly log: Log },
  event: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    logFailure(deps, event, error);
    return undefined;
  }
}
