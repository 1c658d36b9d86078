import { chmod, lstat, mkdir, readdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AppError, messageOf } from "../errors.ts";
import type { Log } from "../log.ts";

/** The files that the program puts into the folder: databases with their logs, and the keys. */
const ownNames = /^(?:waldur-calendar\.sqlite|sample\.sqlite|secret-keys)|^lost\+found$/;
const forOthers = 0o077;

/**
 * Makes the folder when it is missing, for its owner alone. One that is there and holds nothing but our files is closed to
 * others; one that is shared stays as it is, which is logged. Throws `bad_config` when there can be no such folder.
 */
export async function openDataFolder(path: string, log: Log): Promise<void> {
  try {
    await makeFolder(resolve(path));
    const { mode } = await stat(path);
    if ((mode & forOthers) === 0) return;
    const shared = (await readdir(path)).filter((name) => !ownNames.test(name));
    if (shared.length === 0 && (await restrict(path, 0o700))) return;
  } catch (error) {
    throw new AppError(
      "bad_config",
      `DATA_DIR: the folder ${path} cannot be used: ${messageOf(error)}; give a folder that this user can write to`,
      { cause: error },
    );
  }
  log.warn("data_folder_open", {
    folder: path,
    message: "other users of this machine see the names of the files in it; give DATA_DIR a folder of its own",
  });
}

/** Takes from others the right to read these files. One that is not there stays away. */
export async function keepPrivate(files: readonly string[], log: Log): Promise<void> {
  for (const file of files) {
    const mode = await stat(file).then(
      (found) => found.mode,
      () => 0,
    );
    if ((mode & forOthers) === 0 || (await restrict(file, 0o600))) continue;
    log.warn("data_file_open", { file, message: "other users of this machine may read it: take the right from them" });
  }
}

/** Sets the mode; resolves to false where that is not ours to do, or the file system has none. */
async function restrict(path: string, mode: number): Promise<boolean> {
  try {
    await chmod(path, mode);
    return ((await stat(path)).mode & forOthers) === 0;
  } catch {
    return false;
  }
}

/** Makes a folder and those above it, one by one: `mkdir` with `recursive` never ends below `/proc`. */
async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  let above = path;
  while (!(await exists(above)) && dirname(above) !== above) {
    missing.unshift(above);
    above = dirname(above);
  }
  for (const one of missing) {
    await mkdir(one, { mode: 0o700 }).catch((error: unknown) => {
      // Another process may be making it, too.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
  }
  if (!(await stat(path)).isDirectory()) throw new Error("it is no folder");
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
