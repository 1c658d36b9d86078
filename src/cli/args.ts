import { AppError } from "../errors.ts";
import { nearest } from "../nearest.ts";

export interface Option {
  /** Without the dashes in front. Typed with `-` or `_`, both are taken. */
  readonly name: string;
  /** What stands for its value in help; null: it is a switch. */
  readonly value: string | null;
  readonly help: string;
  /** It may be given several times. */
  readonly many: boolean;
}

export function toggle(name: string, help: string): Option {
  return { name, value: null, help, many: false };
}

export function option(name: string, value: string, help: string): Option {
  return { name, value, help, many: false };
}

export function repeatable(name: string, value: string, help: string): Option {
  return { name, value, help, many: true };
}

/** What was typed after the name of a command. */
export interface Args {
  readonly has: (option: Option) => boolean;
  /** The option's value; null when it was not given, "" when it was given empty (`--alarm=`). */
  readonly value: (option: Option) => string | null;
  readonly values: (option: Option) => readonly string[];
  /** What is no option, as many as asked for. */
  readonly operands: readonly string[];
}

/**
 * Reads `--name value`, `--name=value` and `--switch`; after `--` all is taken as it stands.
 * `operands` are the names of what must stand besides options. Throws `bad_input` with the nearest option's name.
 */
export function parseArgs(
  words: readonly string[],
  options: readonly Option[],
  operands: readonly string[] = [],
): Args {
  const given = new Map<string, string[]>();
  const rest: string[] = [];
  const waiting = [...words];
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    if (word === "--") {
      rest.push(...waiting.splice(0));
    } else if (!word.startsWith("-") || word === "-") {
      rest.push(word);
    } else {
      const found = findOption(word, options);
      const equals = word.indexOf("=");
      let value = equals < 0 ? undefined : word.slice(equals + 1);
      if (found.value === null) {
        if (value !== undefined) throw new AppError("bad_input", `--${found.name} takes no value`);
        value = "";
      } else {
        value ??= waiting[0]?.startsWith("--") ? undefined : waiting.shift();
        if (value === undefined) throw new AppError("bad_input", `--${found.name} needs a value: ${found.value}`);
      }
      const before = given.get(found.name) ?? [];
      if (before.length > 0 && !found.many) throw new AppError("bad_input", `--${found.name} is given twice`);
      given.set(found.name, [...before, value]);
    }
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

function findOption(word: string, options: readonly Option[]): Option {
  const [typed = ""] = word.split("=");
  const found = options.find(({ name }) => plain(`--${name}`) === plain(typed));
  if (found !== undefined) return found;
  const near = nearest(
    plain(typed),
    options.map(({ name }) => `--${plain(name)}`),
    Math.max(2, Math.floor(typed.length / 3)),
  );
  throw new AppError("bad_input", `there is no option ${typed}${near === null ? "" : `; did you mean ${near}?`}`);
}

function plain(name: string): string {
  return name.replaceAll("_", "-");
}
