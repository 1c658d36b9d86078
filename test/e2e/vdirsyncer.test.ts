import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCalendar } from "../read-calendar.ts";
import { installed } from "../installed.ts";
import { until } from "../until.ts";
import { runCli } from "./support/process.ts";
import { adminToken, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";
import { openVdirsyncer, type Vdirsyncer } from "./support/vdirsyncer.ts";

const there = installed(["vdirsyncer", "khal"], "apt-get install vdirsyncer khal");

describe.runIf(there)("vdirsyncer and khal (apt-get install vdirsyncer khal)", () => {
  let vdirsyncer: Vdirsyncer;
  let waldur: ServedSample;
  let service: Running;
  let address: string;

  beforeAll(async () => {
    waldur = await serveSample(60);
    const [node] = runtimes;
    if (node === undefined) throw new Error("no runtime");
    service = await node.open(waldur.url, waldur.sample.tokens.providerOwner);
    const added = await runCli(
      ["feeds", "add", "--provider", waldur.sample.providerUuid, "--past-days", "3650", "--server", service.url],
      { ADMIN_TOKEN: adminToken },
    );
    address = service.url + new URL(added.stdout.trim()).pathname;
    vdirsyncer = await openVdirsyncer({ type: "http", url: address }, "");
  });
  afterAll(async () => {
    await service.close();
    await waldur.close();
    await vdirsyncer.close();
  });

  /** Fetches the feed once and resolves to the events that vdirsyncer stored, which have UIDs of its own. */
  async function fetchFeed(): Promise<string[]> {
    for (const step of ["discover", "sync"] as const) await vdirsyncer.run(step);
    return (await vdirsyncer.events()).flatMap(eventsOf).toSorted();
  }

  const served = async (): Promise<string[]> => eventsOf(await (await fetch(address)).text());

  const holding = (events: readonly string[], text: string): string[] => events.filter((event) => event.includes(text));

  it("show the feed, and after a change in Waldur the change", async () => {
    const { sample } = waldur;
    /** Makes a request with a name of its own, by which feeds and listings can be searched. */
    const ask = (name: string): string => {
      let made = sample.request({ name });
      while (made.offering.customer.uuid !== sample.providerUuid) made = sample.request({ name });
      return made.uuid;
    };
    const has = (status: string, name: string) => async () => {
      if (holding(await served(), `${status}|`).some((event) => event.includes(name))) return true;
      await service.turn();
      return false;
    };
    const [accepted, rejected, unlinked] = [ask("To be accepted"), ask("To be rejected"), ask("To vanish")];
    await until(has("TENTATIVE", "To vanish"));

    const first = await fetchFeed();
    expect(first).toEqual(await served());
    expect(first.length).toBeGreaterThan(40);
    expect(await vdirsyncer.listed()).toHaveLength(first.length);

    sample.accept(accepted);
    sample.reject(rejected);
    sample.unlink(unlinked);
    ask("Come in between");
    await until(has("TENTATIVE", "Come in between"));
    await until(has("CANCELLED", "To vanish"));

    const second = await fetchFeed();
    expect(second).toEqual(await served());
    expect(second.length).toBeGreaterThan(first.length);
    expect(holding(second, "To be accepted")).toEqual([expect.stringContaining("CONFIRMED|To be accepted")]);
    const lines = await vdirsyncer.listed();
    expect(lines).toHaveLength(second.length);
    expect(holding(lines, "To be accepted")).toEqual([expect.not.stringContaining("CANCELLED")]);
    expect(holding(lines, "To be rejected")).toEqual([expect.stringContaining("CANCELLED")]);
    expect(holding(lines, "To vanish")).toEqual([expect.stringContaining("CANCELLED")]);
    expect(holding(lines, "Come in between")).toHaveLength(1);
  });
});

/** Returns each event as one line: time, status, title. */
function eventsOf(text: string): string[] {
  const events = [...readCalendar(text).values()];
  return events.map(({ start, end, status, summary }) => `${start}/${end}|${status}|${summary}`).toSorted();
}
