import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../until.ts";
import { type Mishap, openMishap } from "./support/mishap.ts";
import { runCli } from "./support/process.ts";
import { adminToken } from "./support/runtimes.ts";

let mishap: Mishap;
let keys: string;
let ring: string;
/** Everything that the service has under its addresses. */
const feeds = async () => JSON.parse((await mishap.cli("feeds", "list", "--json")).stdout).feeds;
const addresses = async () => (await feeds()).map(({ address }: { address: string | null }) => address);
const paths = async () => (await addresses()).map((address: string) => new URL(address).pathname);

beforeAll(async () => {
  mishap = await openMishap();
  keys = join(mishap.folder, "secret-keys");
  ring = await readFile(keys, "utf8");
});
afterAll(async () => mishap.close());

describe("the key file of a service on Node", () => {
  it("may be lost over a restart: feeds go on, no new key is made, and it is taken up when it is back", async () => {
    await rename(keys, `${keys}.away`);
    await mishap.restart();
    // It is printed after the first run, which the log tells by another pipe.
    await until(() => mishap.service().stdout().includes("Put the file back from a copy"));
    await expect(readFile(keys, "utf8")).rejects.toThrow("ENOENT");
    await mishap.follow("While the key was away");
    expect(await addresses()).toEqual([null, null, null]);
    const check = await mishap.cli("check");
    expect(check.code).toBe(0);
    expect(check.stderr).toMatch(/the key file \S+ is missing.*\n/);
    expect(check.stderr).toMatch(/The key \w+ is missing\. Sealed with it: 3 calendar addresses\./);
    await rename(`${keys}.away`, keys);
    expect(await paths()).toEqual(expect.arrayContaining([...mishap.paths]));
    await mishap.follow("When the key was back");
  });

  it("may be cut to nothing", async () => {
    await writeFile(keys, "");
    await mishap.restart();
    await mishap.follow("Under a key file without a key");
    expect(await readFile(keys, "utf8")).toBe("");
    await writeFile(keys, ring);
    expect(await paths()).toEqual(expect.arrayContaining([...mishap.paths]));
  });

  it("may be another one", async () => {
    const { stdout } = await runCli(["keygen"], {});
    await writeFile(keys, stdout);
    await mishap.restart();
    await mishap.follow("Under another key");
    expect((await mishap.cli("check")).stderr).toContain("is missing. Sealed with it: 3 calendar addresses");
    await writeFile(keys, ring);
    await mishap.turn();
    expect(await paths()).toEqual(expect.arrayContaining([...mishap.paths]));
  });

  it("may be deleted beside a running service, which keeps the key it has", async () => {
    await rm(keys);
    await mishap.follow("After the key was deleted");
    expect(await paths()).toEqual(expect.arrayContaining([...mishap.paths]));
    await writeFile(keys, ring);
  });

  it("is rotated beside a running service without one failed request", async () => {
    await mishap.turn();
    let rotated = false;
    const statuses = new Map<number, number>();
    const asking = (async () => {
      while (!rotated) {
        for (const path of ["/api/v1/feeds", "/api/v1/check"]) {
          const { status } = await fetch(mishap.url() + path, { headers: { Authorization: `Bearer ${adminToken}` } });
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
        await mishap.poll();
      }
    })();
    const done = await runCli(["keygen", "--rotate"], {
      DATA_DIR: mishap.folder,
      WALDUR_API_URL: mishap.waldur.url,
      WALDUR_API_TOKEN: "of-nobody-at-all",
    });
    await mishap.follow("After the rotation");
    rotated = true;
    await asking;
    expect(done.stderr).toContain("6 stored secrets are sealed with the new key");
    expect([...statuses.keys()]).toEqual([200]);
    expect(await paths()).toEqual(expect.arrayContaining([...mishap.paths]));
    const [fresh = ""] = (await readFile(keys, "utf8")).split(",");
    await writeFile(keys, fresh);
    expect(await paths()).toEqual(expect.arrayContaining([...mishap.paths]));
    const about = JSON.parse((await mishap.cli("check", "--json")).stdout).keys;
    expect(about).toEqual({ ring: [{ id: fresh.split(":")[0], state: "first", sealed: 3 }], problems: [] });
  });
});

describe("SECRET_KEYS of a service on Node", () => {
  it("are changed with a restart, after which the old one may go", async () => {
    const old = (await readFile(keys, "utf8")).trim();
    await mishap.restart({ SECRET_KEYS: old });
    const { stdout } = await runCli(["keygen", "--rotate"], { SECRET_KEYS: old, DATA_DIR: mishap.folder });
    expect(await paths()).toEqual(expect.arrayContaining([...mishap.paths]));
    await mishap.restart({ SECRET_KEYS: stdout.trim() });
    await until(() => mishap.service().stderr().includes('"event":"resealed"'));
    await mishap.restart({ SECRET_KEYS: stdout.split(",")[0] ?? "" });
    expect(await paths()).toEqual(expect.arrayContaining([...mishap.paths]));
    await mishap.follow("Under the new key alone");
  });
});
