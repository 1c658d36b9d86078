import { beforeEach, describe, expect, it } from "vitest";
import { readFigures } from "../../../src/store/figures.ts";
import { addToOutbox, endRow } from "../../../src/store/mail/outbox.ts";
import { makeFeed, setColumns, startAnew, t } from "../../rows.ts";
import { engines, openForTests } from "./engines.ts";

describe.each(engines)("figures over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => startAnew(sql));

  it("are nothing where there is nothing", async () => {
    expect(await readFigures(sql, t)).toMatchObject({
      sources: [],
      counts: [],
      events: 0,
      eventsHeld: 0,
      outbox: { queued: 0, failed: 0, oldestAt: null },
    });
  });

  it("count feeds, what they hold back, and messages; a list is told of while a feed is over it", async () => {
    await makeFeed(sql, "f");
    await makeFeed(sql, "g");
    await setColumns(sql, "feeds", { event_count: 4, held: '["one","two","three"]', state: "active" });
    const queue = async (id: string, at: number) =>
      sql.batch([addToOutbox({ id, cause: id, recipient: "r", channel: "mail" }, at)]);
    await queue("a", t - 500);
    await queue("b", t - 900);
    await queue("c", t - 1000);
    const [last] = await sql.all("SELECT n FROM outbox WHERE id = 'c'");
    await endRow(sql, Number(last?.["n"]), "failed", "no", t - 10);
    const figures = await readFigures(sql, t);
    expect(figures).toMatchObject({
      counts: [{ of: "feeds", label: "active", other: "", count: 2 }],
      events: 8,
      eventsHeld: 6,
      outbox: { queued: 2, failed: 1, oldestAt: t - 900 },
    });
    expect(await readFigures(sql, t + 86_400)).toMatchObject({ outbox: { failed: 0 } });
    await setColumns(sql, "feeds", { state: "ended" });
    expect(await readFigures(sql, t)).toMatchObject({ sources: [], events: 0, eventsHeld: 0 });
  });
});
