import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { answers, launch, type Place, type Program, type Running, serve } from "./launch.ts";
import { user } from "./programs.ts";

const here = import.meta.dirname;

/** Starts PHP's own web server with as many workers as the service has requests at once. */
async function startPhp(
  program: string,
  { folder, port, url }: Place,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  const command = [program, "-d", "display_errors=0", "-S", `127.0.0.1:${port}`, ...args] as const;
  const workers = { PHP_CLI_SERVER_WORKERS: "6" };
  return launch(command, { cwd: folder, env: { ...env, ...workers }, ready: async () => answers(url) });
}

/** Starts sabre/dav with one user, who signs in by this scheme. */
export async function startSabre(program: string, scheme: "Basic" | "Digest"): Promise<Program> {
  const fileIn = (folder: string): string => join(folder, "sabre.sqlite");
  return serve(
    "sabre",
    async ({ folder }) => {
      const database = new DatabaseSync(fileIn(folder));
      database.exec(await readFile(join(here, "sabre.sql"), "utf8"));
      const a1 = createHash("md5").update(`${user.username}:SabreDAV:${user.password}`).digest("hex");
      database.prepare("INSERT INTO users (username, digesta1) VALUES (?, ?)").run(user.username, a1);
      database.close();
    },
    async (place) =>
      startPhp(program, place, [join(here, "sabre.php")], {
        SABRE_DATABASE: fileIn(place.folder),
        SABRE_AUTH: scheme,
      }),
  );
}

/** Starts DAViCal with one user, over a PostgreSQL of its own. */
export async function startDavical(program: string): Promise<Program> {
  return serve(
    "davical",
    async ({ folder }) => {
      await promisify(execFile)(join(here, "davical.sh"), [folder, user.username, user.password]);
    },
    async (place) => {
      const { folder } = place;
      const asOwner =
        process.getuid?.() === 0 ? "exec setpriv --reuid=postgres --regid=postgres --clear-groups" : "exec";
      const database = await launch(["sh", "-c", `${asOwner} bin/postgres -D data`], {
        cwd: folder,
        ready: async () =>
          promisify(execFile)(join(folder, "bin/pg_isready"), ["-q", "-h", folder]).then(
            () => true,
            () => false,
          ),
      });
      const args = ["-t", "/usr/share/davical/htdocs", join(here, "davical.php")];
      const web = await startPhp(program, place, args, { PGHOST: folder });
      return {
        async stop() {
          await web.stop();
          await database.stop();
        },
      };
    },
  );
}
