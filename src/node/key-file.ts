import { readFileSync, statSync } from "node:fs";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { AppError, messageOf } from "../errors.ts";
import { randomBytes } from "../lib/random.ts";
import { type KeyRing, makeKeylessRing, newKey, parseKeyRing } from "../security/keys.ts";

/** Returns the path of the key that is created when SECRET_KEYS is not set. */
export function keyFile(config: Pick<Config, "dataDir">): string {
  return join(config.dataDir, "secret-keys");
}

/**
 * Returns the ring of the settings, or the one of the key file, which is read again whenever it changes: a running service
 * takes up new keys. A missing file is made unless `hasSealed` resolves to true: then the ring has no keys, and says why,
 * until the file is back. Throws `bad_config`.
 */
export async function openKeyRing(
  config: Pick<Config, "dataDir" | "secretKeys">,
  hasSealed: () => Promise<boolean>,
): Promise<KeyRing> {
  if (config.secretKeys !== null) return parseKeyRing(config.secretKeys);
  const path = keyFile(config);
  const mark = fileMark(path);
  const found = readKeyFile(path);
  if (!(found instanceof Error)) return followKeyFile(path, found, mark);
  if (await hasSealed()) return followKeyFile(path, makeKeylessRing(randomBytes, explainLoss(path, found)), mark);
  if (!isMissing(found)) {
    throw new AppError("bad_config", `the key file ${path} cannot be used: ${messageOf(found)}`, { cause: found });
  }
  await makeKeyFile(path);
  return followKeyFile(path, parseKeyRing(readFileSync(path, "utf8").trim()), fileMark(path));
}

async function makeKeyFile(path: string): Promise<void> {
  try {
    // `wx`: of two processes that start at the same time, one creates the key and the other reads it.
    await writeFile(path, `${newKey(randomBytes)}\n`, { mode: 0o600, flag: "wx" });
    await chmod(path, 0o600);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
      throw new AppError("bad_config", `the key file ${path} cannot be created`, { cause: error });
    }
  }
}

/** Makes the ring that is always the one in the file; while the file cannot be used, the last one that could. */
function followKeyFile(path: string, first: KeyRing, firstMark: string): KeyRing {
  let ring = first;
  let mark = firstMark;
  const current = (): KeyRing => {
    const now = fileMark(path);
    if (now === mark) return ring;
    mark = now;
    const found = readKeyFile(path);
    if (!(found instanceof Error)) ring = found;
    return ring;
  };
  return {
    get ids() {
      return current().ids;
    },
    get lost() {
      return current().lost;
    },
    key: (purpose, id) => current().key(purpose, id),
  };
}

function readKeyFile(path: string): KeyRing | Error {
  try {
    return parseKeyRing(readFileSync(path, "utf8").trim());
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Returns a text that changes with the file; "" while there is none. */
function fileMark(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return "";
  }
}

function explainLoss(path: string, error: Error): string {
  const what = isMissing(error)
    ? `SECRET_KEYS is not set and the key file ${path} is missing`
    : `the key file ${path} cannot be used (${error.message})`;
  return (
    `${what}, and what is stored was sealed with its keys. Put the file back from a copy, or set SECRET_KEYS; ` +
    "to go on without what was sealed, put the line that `keygen` prints into the file"
  );
}

function isMissing(error: Error): boolean {
  return "code" in error && error.code === "ENOENT";
}
