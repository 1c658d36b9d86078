import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, open, readdir, readFile, rm, rmdir, stat, truncate } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../until.ts";
import { type Mishap, openMishap } from "./support/mishap.ts";
import { runCli } from "./support/process.ts";
import { adminToken } from "./support/runtimes.ts";

const hour = 3600;
const day = 86_400;

describe("the clock of a service on Node", () => {
  let mishap: Mishap;

  // It is night: a source is read every ten minutes, and so it is due in the future.
  beforeAll(async () => {
    const at = new Date().getUTCHours();
    const night = `${(at + 18) % 24}-${(at + 6) % 24}`;
    mishap = await openMishap({ NIGHT_HOURS: night, NIGHT_POLL_SECONDS: "600" });
  });
  afterAll(async () => mishap.close());

  it.each([
    ["an hour", hour],
    ["a day", day],
    ["30 days", 30 * day],
  ])("may be set back and forward by %s: feeds go on, and are as before when it is right", async (words, seconds) => {
    const before = await mishap.events();
    await mishap.follow(`Back by ${words}`, async () => mishap.setClock(-seconds));
    await mishap.follow(`Right after back by ${words}`, async () => mishap.setClock(0));
    await mishap.follow(`Forward by ${words}`, async () => mishap.setClock(seconds));
    await mishap.follow(`Right after forward by ${words}`, async () => mishap.setClock(0));
    await mishap.turn();
    const after = await mishap.events();
    // What had ended leaves a calendar after 30 days, those of a wrong clock too.
    const standing = [...before].filter(([, status]) => status !== "CANCELLED");
    for (const [uid, status] of standing) expect([uid, after.get(uid)]).toEqual([uid, status]);
  });
});

describe("the database of a service on Node", () => {
  let mishap: Mishap;
  let file: string;
  beforeAll(async () => {
    mishap = await openMishap();
    file = join(mishap.folder, "waldur-calendar.sqlite");
  });
  afterAll(async () => mishap.close());

  it("may be locked by another program for long: feeds and health answer meanwhile", async () => {
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    mishap.waldur.sample.request({ name: "Behind the lock" });
    let slowest = 0;
    try {
      const end = Date.now() + 14_000;
      while (Date.now() < end) {
        const begun = Date.now();
        expect(await mishap.poll()).not.toContain(404);
        expect((await fetch(`${mishap.url()}/healthz`)).status).toBe(200);
        slowest = Math.max(slowest, Date.now() - begun);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const rotate = `${mishap.url()}/api/v1/feeds/none/rotate`;
      const headers = { Authorization: `Bearer ${adminToken}` };
      expect((await fetch(rotate, { method: "POST", headers })).status).toBe(404);
      const [feed] = JSON.parse((await mishap.cli("feeds", "list", "--json")).stdout).feeds;
      const refused = await fetch(`${mishap.url()}/api/v1/feeds/${feed.id}/rotate`, { method: "POST", headers });
      expect([refused.status, refused.headers.get("Retry-After")]).toEqual([503, "30"]);
      expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining("another program") } });
    } finally {
      other.exec("ROLLBACK");
      other.close();
    }
    // It was 12,800 where a statement waited on the thread that answers; a busy machine may take its time.
    expect(slowest).toBeLessThan(10_000);
    await mishap.follow("When the lock was gone");
    expect(await mishap.poll()).not.toContain(404);
  });

  it("may be cut under the service, and be put back from a copy", async () => {
    await mishap.service().stop();
    await copyFile(file, `${file}.copy`);
    await mishap.restart();
    await mishap.poll();
    await truncate(file, Math.floor((await stat(file)).size / 2));
    for (let round = 0; round < 10; round += 1) {
      await mishap.poll();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await mishap.service().stop();
    for (const end of ["-wal", "-shm"]) await rm(file + end, { force: true });
    await copyFile(`${file}.copy`, file);
    await mishap.restart();
    await mishap.follow("After the copy was put back");
    expect(await mishap.poll()).not.toContain(404);
  });

  it("may be replaced by an older one: feeds go on under their addresses, and no revision is given twice", async () => {
    const tags = async (): Promise<(string | null)[]> =>
      Promise.all(mishap.paths.map(async (path) => (await fetch(mishap.url() + path)).headers.get("ETag")));
    await mishap.follow("Known to the newer one only");
    const before = await mishap.events();
    const newer = await tags();
    await mishap.service().stop();
    await copyFile(`${file}.copy`, file);
    for (const end of ["-wal", "-shm"]) await rm(file + end, { force: true });
    await mishap.restart();
    await mishap.follow("After the older one came back");
    await mishap.turn();
    const after = await mishap.events();
    for (const [uid, status] of before) expect([uid, after.get(uid)]).toEqual([uid, status]);
    for (const tag of await tags()) expect(newer).not.toContain(tag);
  });
});

const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-small-"));

/** Puts a small file system of its own on the folder. */
const mount = (): void =>
  void execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m,mode=0777", "tmpfs", folder], { stdio: "ignore" });
const unmount = (): void => void execFileSync("umount", [folder]);

/** Returns true where this user may do so. */
function may(mount: () => void, unmount: () => void): boolean {
  try {
    mount();
    unmount();
    return true;
  } catch {
    return false;
  }
}

afterAll(async () => rmdir(folder));

describe.skipIf(!may(mount, unmount))("the disk of a service on Node", () => {
  let mishap: Mishap;
  const data = join(folder, "data");
  beforeAll(async () => {
    mount();
    mishap = await openMishap({}, data);
  });
  afterAll(async () => {
    await mishap.close();
    unmount();
  });

  it("may be full: feeds answer, and go on when there is room", async () => {
    const filler = await open(join(folder, "filler"), "w");
    const block = Buffer.alloc(65_536);
    const fill = async (): Promise<void> => {
      try {
        for (;;) await filler.write(block);
      } catch {
        // It is full.
      }
      try {
        for (;;) await filler.write(block, 0, 512);
      } catch {
        // To the last block.
      }
    };
    await fill();
    for (let n = 0; n < 30; n += 1) mishap.waldur.sample.request({ name: `Without room ${n} ${"x".repeat(100)}` });
    await until(
      async () => {
        await fill();
        expect(await mishap.poll()).not.toContain(404);
        return /database or disk is full|disk I\/O error/.test(mishap.service().stderr());
      },
      () => mishap.service().stderr().slice(-2000),
    );
    expect((await fetch(`${mishap.url()}/healthz`)).status).toBe(200);
    await filler.close();
    await rm(join(folder, "filler"));
    await mishap.follow("When there was room");
    expect(await mishap.poll()).not.toContain(404);
  });

  it("may be read-only at a start, which is refused in words: all is as before when it can be written", async () => {
    await mishap.service().stop();
    const before = (await readFile(join(data, "secret-keys"))).toString();
    const mode = (what: string): void =>
      void execFileSync("mount", ["-o", `remount,${what}`, folder], { stdio: "ignore" });
    mode("ro");
    const refused = await runCli(["feeds", "list"], {
      DATA_DIR: data,
      WALDUR_API_URL: mishap.waldur.url,
      WALDUR_API_TOKEN: "of-nobody",
    });
    mode("rw");
    expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringMatching(/^waldur-calendar: [^\n]+\n$/)]);
    await mishap.restart();
    await mishap.follow("When it could be written");
    expect(await mishap.poll()).not.toContain(404);
    expect((await readFile(join(data, "secret-keys"))).toString()).toBe(before);
  });
});

const disk = await mkdtemp(join(tmpdir(), "waldur-calendar-disk-"));
const image = `${disk}.ext4`;
const run = (command: string, ...args: string[]): void => void execFileSync(command, args, { stdio: "ignore" });
const attach = (): void => run("mount", "-o", "loop", image, disk);
const detach = (): void => run("umount", disk);
const format = (): void => {
  run("truncate", "--size", "32M", image);
  run("mkfs.ext4", "-q", image);
  attach();
};

afterAll(async () => {
  await rmdir(disk);
  await rm(image, { force: true });
});

describe.skipIf(!may(format, detach))("a disk that fails under a service on Node", () => {
  let mishap: Mishap;
  const data = join(disk, "data");
  beforeAll(async () => {
    attach();
    mishap = await openMishap({}, data);
  });
  afterAll(async () => {
    await mishap.close();
    detach();
  });

  /** Polls until runs have failed on it, and a while longer. */
  const bear = async (): Promise<void> => {
    const failures = (): number => mishap.service().stderr().split('"code":"store_failed"').length;
    const before = failures();
    await until(
      async () => {
        expect(await mishap.poll()).not.toContain(404);
        return failures() > before + 2;
      },
      () => mishap.service().stderr().slice(-2000),
    );
    expect((await fetch(`${mishap.url()}/healthz`)).status).toBe(200);
  };

  it("may write nothing for a while: feeds answer, and go on by themselves when it does again", async () => {
    const before = await mishap.events();
    const files = (await readdir(data)).map((file) => join(data, file));
    run("chattr", "+i", ...files);
    mishap.waldur.sample.request({ name: "While nothing was written" });
    await bear();
    run("chattr", "-i", ...files);
    await mishap.follow("When it was written again");
    for (const [uid, status] of before) expect([uid, (await mishap.events()).get(uid)]).toEqual([uid, status]);
  });

  it("may turn read-only, as the system makes it after an error: nothing is lost when it is mounted again", async () => {
    const before = await mishap.events();
    run("mount", "-o", "remount,abort", disk);
    mishap.waldur.sample.request({ name: "While it was read-only" });
    await bear();
    await mishap.service().stop();
    detach();
    attach();
    await mishap.restart();
    await mishap.follow("When it was mounted again");
    expect(await mishap.poll()).not.toContain(404);
    for (const [uid, status] of before) expect([uid, (await mishap.events()).get(uid)]).toEqual([uid, status]);
  });
});
