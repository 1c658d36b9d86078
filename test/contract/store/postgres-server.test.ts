import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { findPostgres, removeLeft } from "./postgres-server.ts";

describe.runIf(findPostgres() !== null)("a PostgreSQL of tests", () => {
  it("ends with the process that started it, killed as it may be, and leaves nothing for longer than the next start", async () => {
    const owner = spawn(process.execPath, [join(import.meta.dirname, "start-postgres.ts")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [address]: unknown[] = await once(owner.stdout, "data");
    const client = new Client(String(address));
    await client.connect();
    const ended = new Promise((resolve) => client.once("end", resolve));
    client.on("error", () => undefined);
    const left = async () => (await readdir(tmpdir())).filter((name) => name.startsWith(`postgres-of-${owner.pid}-`));
    expect(await left()).toHaveLength(1);
    const exited = once(owner, "exit");
    owner.kill("SIGKILL");
    await Promise.all([exited, ended]);
    await removeLeft();
    expect(await left()).toEqual([]);
  });
});
