import { parseArgs } from "node:util";
import { AppError } from "../errors.ts";
import { nearest } from "../config/nearest.ts";

export interface Option {
  /** Without the dashes in front. `-` and `_` inside it may be typed for one another. */
  readonly name: string;
  /** The word that stands for its value in help; null for a switch. */
  readonly value: string | null;
  readonly help: string;
  /** True when it may be given several times. */
  readonly many: boolean;
}

/** Returns an option without a value. */
export function toggle(name: string, help: string): Option {
  return { name, value: null, help, many: false };
}

/** Returns an option with a value. */
export function option(name: string, value: string, help: string): Option {
  return { name, value, help, many: false };
}

/** Returns an option with a value that may be given several times. */
export function repeatable(name: string, value: string, help: string): Option {
  return { name, value, help, many: true };
}

/** The options and operands that were typed after the name of a command. */
export interface Arguments {
  readonly has: (option: Option) => boolean;
  /** Returns the option's value; null when it was not given, "" when it was given empty (`--alarm=`). */
  readonly value: (option: Option) => string | null;
  readonly values: (option: Option) => readonly string[];
  /** The words that belong to no option, as many as the command takes. */
  readonly operands: readonly string[];
}

/**
 * Reads `--name value`, `--name=value` and `--switch`; every word after `--` is an operand. `operands` are the names of
 * the words that must stand besides options. Throws `bad_input`, for an unknown option with the nearest name.
 */
export function readArguments(
  words: readonly string[],
  options: readonly Option[],
  operands: readonly string[] = [],
): Arguments {
  const given = new Map<string, string[]>();
  const rest: string[] = [];
  for (const token of tokenize(words, options)) {
    if (token.kind === "positional") rest.push(token.value);
    if (token.kind !== "option") continue;
    const option = findOption(words[token.index] ?? token.rawName, options);
    const before = given.get(option.name) ?? [];
    if (before.length > 0 && !option.many) throw new AppError("bad_input", `--${option.name} is given twice`);
    given.set(option.name, [...before, readValue(option, token)]);
  }
  const missing = operands[rest.length];
  if (missing !== undefined) throw new AppError("bad_input", `${missing} is missing`);
  if (rest.length > operands.length) {
    throw new AppError("bad_input", `${JSON.stringify(rest[operands.length])} is not expected here`);
  }
  return {
    has: ({ name }) => given.has(name),
    value: ({ name }) => given.get(name)?.[0] ?? null,
    values: ({ name }) => given.get(name) ?? [],
    operands: rest,
  };
}

function tokenize(words: readonly string[], options: readonly Option[]) {
  // Names in Waldur's spelling, `page_size`, may be typed with dashes as well.
  const spelled = options.flatMap(({ name, value }) => {
    const type = value === null ? ("boolean" as const) : ("string" as const);
    return [name, withDashes(name)].map((spelling) => [spelling, { type, multiple: true }] as const);
  });
  return parseArgs({
    args: [...words],
    options: Object.fromEntries(spelled),
    allowPositionals: true,
    strict: false,
    tokens: true,
  }).tokens;
}

function readValue(
  option: Option,
  { value, inlineValue }: { value: string | undefined; inlineValue: boolean | undefined },
): string {
  if (option.value === null) {
    if (value !== undefined) throw new AppError("bad_input", `--${option.name} takes no value`);
    return "";
  }
  if (value === undefined || (inlineValue === false && value.startsWith("--"))) {
    throw new AppError("bad_input", `--${option.name} needs a value: ${option.value}`);
  }
  return value;
}

function findOption(word: string, options: readonly Option[]): Option {
  const [typed = ""] = word.split("=");
  const found = options.find(({ name }) => `--${withDashes(name)}` === withDashes(typed));
  if (found !== undefined) return found;
  const near = nearest(
    withDashes(typed),
    options.map(({ name }) => `--${withDashes(name)}`),
    Math.max(2, Math.floor(typed.length / 3)),
  );
  throw new AppError("bad_input", `there is no option ${typed}${near === null ? "" : `; did you mean ${near}?`}`);
}

function withDashes(name: string): string {
  return name.replaceAll("_", "-");
}
