import { beforeEach, describe, expect, it } from "vitest";
import { chooseForCalendar, findCalendar, listCalendars } from "../../../src/store/calendars.ts";
import { knowsSince, listChanges, listTouched } from "../../../src/store/changes.ts";
import { addRevision, encodeRevision, writeRevisions } from "../../../src/store/revisions.ts";
import { findObjects, listObjects, listObjectsBetween } from "../../../src/store/objects.ts";
import { noteRefusedWrite, settleOverdue } from "../../../src/store/refused-writes.ts";
import { forgetRefusedWrites, forgetRevisions } from "../../../src/store/forget.ts";
import { eventRow, makeFeed, placeEvents, setColumns, startAnew, t } from "../../rows.ts";
import { engines, openForTests } from "./engines.ts";

describe.each(engines)("calendars over $engine", ({ open }) => {
  const { sql } = openForTests(open);
  const object = (name: string) => ({ feedId: "f", accountId: "a", name });

  beforeEach(async () => {
    await startAnew(sql);
    await makeFeed(sql, "f");
    const [one, two, three] = ["u-1", "u-2", "u-3"].map((uid, at) => eventRow(uid, { startAt: t + at * 3600 }));
    if (one === undefined || two === undefined || three === undefined) return;
    await placeEvents(sql, "f", { rev: 5, state: "active" }, [one, two]);
    await placeEvents(sql, "f", { rev: 7 }, [three]);
    await sql.batch([addRevision("f", 5), writeRevisions("", JSON.stringify([encodeRevision("f", 7, ["u-0"])]))]);
  });

  it("are feeds with what their person chose, and when their programs must read again", async () => {
    await chooseForCalendar(sql, "a", "f", "#112233", null);
    await chooseForCalendar(sql, "a", "f", null, 3);
    await noteRefusedWrite(sql, object("u-1.ics"), "No.", 1000, 2000);
    const found = await findCalendar(sql, "a", "f", 1999);
    expect(found).toMatchObject({ kind: "provider", colour: "#112233", place: 3, touchedAt: 1000, overdue: 0 });
    expect((await findCalendar(sql, "a", "f", 2000))?.overdue).toBe(1);
    expect(await findCalendar(sql, "a", "none", 0)).toBeNull();
  });

  it("are listed for whom they belong to, and for those whose role opens their list", async () => {
    await setColumns(sql, "sources", { customer_uuid: "c" }, "s");
    const listed = async (own: string[], customers: string[] | "all") =>
      (await listCalendars(sql, "b", own, customers, 0)).map(({ feed }) => feed.id);
    expect([await listed(["a"], []), await listed(["b"], ["d", "c"]), await listed(["b"], "all")]).toEqual([
      ["f"],
      ["f"],
      ["f"],
    ]);
    expect(await listed(["b"], ["d"])).toEqual([]);
    await setColumns(sql, "sources", { kind: "customer" }, "s");
    expect(await listed(["b"], "all")).toEqual([]);
  });

  it("list objects in the order of their changes, or by time", async () => {
    const listed = await listObjects(sql, "f", "a", true);
    expect(listed).toEqual([
      { uid: "u-1", rev: 5, touchedAt: 0 },
      { uid: "u-2", rev: 5, touchedAt: 0 },
      { uid: "u-3", rev: 7, touchedAt: 0 },
    ]);
    expect(await listObjects(sql, "f", "a", false)).toEqual(listed);
    const between = await listObjectsBetween(sql, "f", "a", t + 3600, t + 7200);
    expect(between.map(({ uid }) => uid)).toEqual(["u-2"]);
    expect([...(await findObjects(sql, "f", "a", ["u-2", "none"])).keys()]).toEqual(["u-2"]);
  });

  it("tell what changed and went after a place, page by page", async () => {
    const told = async (rev: number, uid: string, limit = 9) =>
      (await listChanges(sql, "f", "a", { rev, uid }, limit)).map(
        (row) => `${row.rev} ${row.uid}${row.gone ? " gone" : ""}`,
      );
    expect(await told(0, "")).toEqual(["5 u-1", "5 u-2", "7 u-0 gone", "7 u-3"]);
    expect(await told(5, "u-1")).toEqual(["5 u-2", "7 u-0 gone", "7 u-3"]);
    expect(await told(5, "")).toEqual(["7 u-0 gone", "7 u-3"]);
    expect(await told(7, "u-0")).toEqual(["7 u-3"]);
    expect(await told(7, "")).toEqual([]);
    expect(await told(0, "", 2)).toEqual(["5 u-1", "5 u-2"]);
  });

  it("know since which revision they can tell", async () => {
    expect(await knowsSince(sql, "f", "a", [5], 0)).toBe(true);
    expect(await knowsSince(sql, "f", "a", [5, 7, 5], 0)).toBe(true);
    expect(await knowsSince(sql, "f", "a", [5, 6], 0)).toBe(false);
    expect(await knowsSince(sql, "f", "a", [6], 0)).toBe(false);
    expect(await knowsSince(sql, "f", "a", [5], 1000)).toBe(false);
    await noteRefusedWrite(sql, object("u-1.ics"), "", 1000, 2000);
    expect(await knowsSince(sql, "f", "a", [5], 1000)).toBe(true);
    expect(await knowsSince(sql, "f", "another", [5], 1000)).toBe(false);
  });

  it("keep the last sentence of an object until its time is over, for one person", async () => {
    await noteRefusedWrite(sql, object("u-1.ics"), "No.", 1000, 2000);
    await noteRefusedWrite(sql, object("u-1.ics"), "", 1000, 2000);
    await noteRefusedWrite(sql, object("u-2.ics"), "Later.", 1000, 5000);
    const words = async (accountId: string) =>
      [...(await findObjects(sql, "f", accountId, ["u-1", "u-2", "u-3"])).values()].map(({ word }) => word);
    expect(await words("a")).toEqual(["No.", "Later.", ""]);
    expect(await words("b")).toEqual(["", "", ""]);
    expect(await listTouched(sql, "f", "a", 1000)).toEqual(["u-1.ics", "u-2.ics"]);
    expect(await settleOverdue(sql, "f", "a", 2000)).toBe(2001);
    expect(await words("a")).toEqual(["", "Later.", ""]);
    expect(await listTouched(sql, "f", "a", 1002)).toEqual(["u-1.ics"]);
    expect((await findCalendar(sql, "a", "f", 2000))?.overdue).toBe(0);
  });

  it("forget what nobody is told any more", async () => {
    await sql.batch([addRevision("f", 9)]);
    expect(await forgetRevisions(sql, 8, 100)).toBe(1);
    expect(await sql.all("SELECT rev, removed FROM revisions ORDER BY rev")).toEqual([
      { rev: 7, removed: "[]" },
      { rev: 9, removed: "[]" },
    ]);
    await noteRefusedWrite(sql, object("u-1.ics"), "No.", 1000, 2000);
    await noteRefusedWrite(sql, object("u-2.ics"), "", 1000, 2000);
    expect(await forgetRefusedWrites(sql, 100, 100)).toBe(1);
    expect(await listTouched(sql, "f", "a", 0)).toEqual(["u-1.ics"]);
  });
});
