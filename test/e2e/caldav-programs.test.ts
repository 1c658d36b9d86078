import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copy, restore } from "../web/caldav/copy.ts";
import { installed } from "../installed.ts";
import { until } from "../until.ts";
import { runCli } from "./support/process.ts";
import { adminToken, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";
import { openVdirsyncer, type Vdirsyncer } from "./support/vdirsyncer.ts";

const there = installed(["vdirsyncer", "khal"], "apt-get install vdirsyncer khal");

describe.runIf(there).each(runtimes)("vdirsyncer and khal over CalDAV, on $runtime", ({ open, runtime }) => {
  let vdirsyncer: Vdirsyncer;
  let waldur: ServedSample;
  let service: Running;
  let feedId: string;

  let passwordId: string;
  const cli = async (token: string, ...args: string[]): Promise<string> => {
    const done = await runCli([...args, "--json", "--server", service.url], { ADMIN_TOKEN: token });
    expect([args, done.code]).toEqual([args, 0]);
    return done.stdout;
  };

  beforeAll(async () => {
    waldur = await serveSample(60);
    service = await open(waldur.url, waldur.sample.tokens.providerOwner);
    const listFeeds = async (): Promise<{ id: string }[]> => JSON.parse(await cli(adminToken, "feeds", "list")).feeds;
    // Node makes one at its first start.
    if ((await listFeeds()).length === 0)
      await cli(adminToken, "feeds", "add", "--provider", waldur.sample.providerUuid);
    feedId = (await listFeeds())[0]?.id ?? "";
    const { providerOwner } = waldur.sample.tokens;
    const made: { id: string; userName: string; password: string } = JSON.parse(
      await cli(providerOwner, "passwords", "add", "vdirsyncer"),
    );
    passwordId = made.id;
    vdirsyncer = await openVdirsyncer(
      { type: "caldav", url: `${service.url}/`, username: made.userName, password: made.password, read_only: true },
      feedId,
    );
  });
  afterAll(async () => {
    await service.close();
    await waldur.close();
    await vdirsyncer.close();
  });

  it("find the calendar from the bare address, take all of it, nothing when nothing changed, and then the change", async () => {
    await vdirsyncer.run("discover");
    const first = await vdirsyncer.run("sync");
    const events = await vdirsyncer.events();
    expect(events.length).toBeGreaterThan(20);
    expect(first).toHaveLength(events.length);
    expect(await vdirsyncer.listed()).toHaveLength(events.length);
    expect(await vdirsyncer.run("sync")).toEqual([]);

    const { sample } = waldur;
    let made = sample.request({ name: "Come in between" });
    while (made.offering.customer.uuid !== sample.providerUuid) made = sample.request({ name: "Come in between" });
    const changed = async (): Promise<boolean> => {
      await service.turn();
      await vdirsyncer.run("sync");
      return (await vdirsyncer.listed()).some((line) => line.includes("Come in between"));
    };
    await until(changed);
    const [request = ""] = (await vdirsyncer.events()).filter((text) => text.includes("Come in between"));
    expect(request.replaceAll("\r\n ", "")).toContain("PARTSTAT=NEEDS-ACTION");
  });

  it.runIf(runtime === "Node")("show the calendar as it is after the database was restored from a copy", async () => {
    const { sample } = waldur;
    const made = sample.bookings.find(({ offering }) => offering.customer.uuid === sample.providerUuid);
    const shows = async (name: string): Promise<boolean> =>
      (await vdirsyncer.events()).some((text) => text.includes(`SUMMARY:${name}`));
    const kept = await copy(service.sql);
    sample.rename(made?.uuid ?? "", "Renamed");
    await until(async () => {
      await service.turn();
      await vdirsyncer.run("sync");
      return shows("Renamed");
    });
    await restore(service.sql, kept);
    await until(async () => {
      await service.turn();
      await vdirsyncer.run("sync");
      return (await vdirsyncer.run("sync")).length === 0 && (await shows("Renamed"));
    });
  });

  it.runIf(runtime === "Node")(
    "keep what they have of a calendar that was revoked, and say that it is gone",
    async () => {
      const before = await vdirsyncer.events();
      await cli(adminToken, "feeds", "revoke", feedId);
      const gone = await vdirsyncer.attempt("sync");
      expect([gone.code, gone.stdout + gone.stderr]).toEqual([1, expect.stringContaining("Not Found")]);
      expect((await vdirsyncer.events()).toSorted()).toEqual(before.toSorted());
    },
  );

  it.runIf(runtime === "Node")(
    "say that they may not come in any more with an app password that was revoked",
    async () => {
      await cli(waldur.sample.tokens.providerOwner, "passwords", "revoke", passwordId);
      const refused = await vdirsyncer.attempt("discover");
      expect([refused.code, refused.stdout + refused.stderr]).toEqual([1, expect.stringContaining("Unauthorized")]);
    },
  );
});
