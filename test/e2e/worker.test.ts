import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { readCalendar } from "../read-calendar.ts";
import { until } from "../until.ts";
import { repository } from "./support/process.ts";
import { adminToken, prepareWrangler, runtimes } from "./support/runtimes.ts";
import { serveSample } from "./support/sample.ts";

describe("a Worker on the paid plan", () => {
  it("loads 500 bookings with the cron trigger's next runs instead of twenty", async () => {
    const waldur = await serveSample(700);
    const workerd = runtimes.find(({ runtime }) => runtime === "workerd");
    const service = await workerd?.open(waldur.url, waldur.sample.tokens.providerOwner, { WORKERS_PLAN: "paid" });
    if (service === undefined) throw new Error("there is no workerd");
    try {
      const made = await fetch(`${service.url}/api/v1/feeds`, {
        method: "POST",
        headers: { Authorization: `Bearer ${adminToken}`, "Content-Type": "application/json" },
        body: JSON.stringify({ source: { kind: "provider", uuid: waldur.sample.providerUuid }, pastDays: 3650 }),
      });
      expect(made.status).toBe(201);
      await service.turn();
      await until(
        () => service.logs().includes('"event":"feed_ready"'),
        () => service.logs(),
      );
    } finally {
      await service.close();
      await waldur.close();
    }
  });
});

describe("the Worker of `npm run start:worker`", () => {
  let server: ReturnType<typeof createTestHarness>;
  const ask = async (path: string) => server.fetch(path, { redirect: "manual" });

  beforeAll(async () => {
    prepareWrangler();
    server = createTestHarness({ root: repository, workers: [{ configPath: "wrangler.sample.toml" }] });
    await server.listen();
  });
  afterAll(async () => server.close());

  it("says what is missing before its tables are made, and prints the address of a feed once they are", async () => {
    expect((await ask("/")).status).toBe(500);
    await server.getWorker().applyD1Migrations("DB");
    expect((await ask("/")).status).toBe(303);
    const said = (): string =>
      server
        .getLogs()
        .map(({ message }) => message)
        .join("\n");
    await until(() => /Sign in at http:\S+ with sample-provider-owner/.test(said()), said);
    const printed = await until(() => /^http\S+\.ics$/m.exec(said())?.[0], said);
    const path = new URL(printed).pathname;
    const response = await ask(path);
    const text = await response.text();
    expect([response.status, lintCalendar(text)]).toEqual([200, []]);
    expect(readCalendar(text).size).toBeGreaterThan(20);
  });
});
