import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../installed.ts";
import { answers, launch, type Program, serve } from "./launch.ts";

export const user = { username: "alice", password: "s3crét" };
/** Somebody who shares a calendar with her. */
export const other = { username: "bob", password: "bob's" };

/** The folder in which test/dav-server/install.sh puts the newest servers. */
const newest = join(
  process.env["CALDAV_SERVERS"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "waldur-calendar/caldav-servers"),
  "bin",
);

/** PHP, where it is there with a package of Debian; else null. */
const phpWith = (file: string): string | null => (existsSync(file) ? findProgram("php", "/usr/bin") : null);

/** The programs of both generations; null for what is not installed. */
export const programs = {
  radicale: findProgram("radicale", "/usr/bin"),
  xandikos: findProgram("xandikos", "/usr/bin"),
  newRadicale: findProgram("radicale", newest),
  newXandikos: findProgram("xandikos", newest),
  sabre: phpWith("/usr/share/php/Sabre/CalDAV/Plugin.php"),
  davical: phpWith("/usr/share/davical/htdocs/caldav.php"),
};

/**
 * Starts Radicale with two users. `rights`: lines of a rights file; null: the owner may do everything. `more`: further
 * lines of its configuration.
 */
export async function startRadicale(
  program: string,
  rights: string | null = null,
  more: (folder: string) => readonly string[] = () => [],
): Promise<Program> {
  return serve(
    "radicale",
    async ({ folder, port }) => {
      const users = [user, other].map(({ username, password }) => `${username}:${password}\n`);
      await writeFile(join(folder, "users"), users.join(""));
      if (rights !== null) await writeFile(join(folder, "rights"), rights);
      const config = [
        "[server]",
        `hosts=127.0.0.1:${port}`,
        "max_connections=64",
        "[auth]",
        "type=htpasswd",
        `htpasswd_filename=${join(folder, "users")}`,
        "htpasswd_encryption=plain",
        "delay=0",
        "[storage]",
        `filesystem_folder=${join(folder, "data")}`,
        "[logging]",
        "level=warning",
        ...(rights === null ? [] : ["[rights]", "type=from_file", `file=${join(folder, "rights")}`]),
        ...more(folder),
        "",
      ];
      await writeFile(join(folder, "config"), config.join("\n"));
    },
    // The newest ones are scripts of a virtual environment, which find it by themselves.
    async ({ folder, url }) =>
      launch([program, "--config", join(folder, "config")], { cwd: folder, ready: async () => answers(url) }),
  );
}

/** Starts Xandikos, which lets everybody in. */
export async function startXandikos(program: string): Promise<Program> {
  return serve(
    "xandikos",
    async () => undefined,
    async ({ folder, port, url }) => {
      const args = ["--defaults", "-d", join(folder, "data"), "-l", "127.0.0.1", "-p", String(port)];
      const command = [program, ...args, "--current-user-principal", "/alice/"] as const;
      return launch(command, { cwd: folder, ready: async () => answers(url) });
    },
  );
}
