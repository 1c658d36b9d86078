import { describe, expect, it } from "vitest";
import { type LedgerRow, newEntry } from "../../src/store/ledger.ts";
import { reconcile } from "../../src/mirror/reconcile.ts";
import { findSuspects, planWrites, type PlanRules } from "../../src/mirror/plan-writes.ts";

const nowAt = 1_800_000_000;
const day = 86_400;
const rules: PlanRules = {
  nowAt,
  window: { fromAt: nowAt - 30 * day, toAt: nowAt + 365 * day },
  deletions: "guard",
  removing: false,
};

function row(uid: string, change: Partial<LedgerRow> = {}): LedgerRow {
  const synced = {
    href: `/c/${uid}.ics`,
    etag: `"${uid}"`,
    state: "synced",
    wantedHash: "h",
    pushedHash: "h",
  } as const;
  return { ...newEntry(uid), ...synced, eventRev: 1, startAt: nowAt + day, endAt: nowAt + 2 * day, ...change };
}
const told = (rows: readonly LedgerRow[], change: Partial<PlanRules> = {}) => {
  const plan = planWrites(rows, { ...rules, ...change });
  return { ...plan, actions: plan.actions.map(({ verb, row: { uid } }) => `${verb} ${uid}`) };
};

describe("the plan", () => {
  it("does nothing about what is as it should be", () => {
    expect(told([row("a"), row("b", { state: "left" }), row("c", { state: "retired", wantedHash: "" })])).toEqual({
      actions: [],
      retired: [],
      forgotten: [],
      held: "",
    });
  });

  it("begins with what comes soonest, then what is over, and deletes last", () => {
    const over = { startAt: nowAt - 2 * day, endAt: nowAt - day };
    const rows = [
      row("gone", { wantedHash: "" }),
      row("over", { ...over, wantedHash: "n" }),
      row("older", { startAt: over.startAt - day, endAt: over.endAt - day, wantedHash: "n" }),
      row("later", { startAt: nowAt + 9 * day, wantedHash: "n" }),
      row("soon", { href: "", state: "new", pushedHash: "" }),
    ];
    expect(told(rows).actions).toEqual(["create soon", "update later", "update over", "update older", "delete gone"]);
  });

  it("lets an event wait that failed, and does not touch one whose last request may still be under way", () => {
    const rows = [
      row("wait", { wantedHash: "n", nextAt: nowAt + 1 }),
      row("again", { wantedHash: "n", nextAt: nowAt }),
      row("unsettled", { state: "create", href: "" }),
    ];
    expect(told(rows).actions).toEqual(["update again"]);
  });

  it.each([
    ["10 of 12 go", 10, 2, false],
    ["11 of 30 are held", 11, 19, true],
    ["30 of 100 go", 30, 70, false],
    ["31 of 100 are held", 31, 69, true],
  ])("holds deletions that are many: %s", (_, gone, kept, held) => {
    const rows = [
      ...Array.from({ length: gone }, (_, n) => row(`g${n}`, { wantedHash: "" })),
      ...Array.from({ length: kept }, (_, n) => row(`k${n}`)),
    ];
    expect(told(rows).held !== "").toBe(held);
    expect(told(rows).actions).toHaveLength(held ? 0 : gone);
    expect(told(rows, { deletions: "allow" })).toMatchObject({ held: "" });
    expect(told(rows, { deletions: "hold" }).actions).toEqual([]);
    expect(told(rows, { removing: true }).actions).toHaveLength(gone);
  });

  it("leaves in place what has left the window, and does not count it", () => {
    const old = { wantedHash: "", startAt: nowAt - 40 * day, endAt: nowAt - 30 * day };
    const rows = Array.from({ length: 50 }, (_, n) => row(`o${n}`, old));
    expect(told(rows)).toMatchObject({ actions: [], held: "" });
    expect(told(rows).retired).toHaveLength(50);
    expect(told(rows, { removing: true }).actions).toHaveLength(50);
  });

  it("forgets what is not wanted and was never there", () => {
    expect(told([row("a", { wantedHash: "", href: "", pushedHash: "", state: "new" })]).forgotten).toHaveLength(1);
  });
});

describe("what must be read", () => {
  const target = "00112233aabbccdd";
  const ours = (uid: string, generation = 1) => `/c/${uid}-${target}-${generation}.ics`;
  const rows = ["a", "b", "c", "d"].map((uid) => row(uid, { href: ours(uid), etag: "1" }));

  it("is, of a whole listing, what differs, what is missing, and names like ours that nobody knows", () => {
    const all = [
      { href: ours("a"), etag: "1" },
      { href: ours("b"), etag: "2" },
      { href: ours("x"), etag: "1" },
      { href: "/c/mine.ics", etag: "1" },
      { href: ours("d").replace("/c/d", "/c/%64"), etag: "1" },
    ];
    const found = findSuspects(rows, { all }, target, nowAt);
    expect(found.rows.map(({ uid }) => uid)).toEqual(["b"]);
    expect(found.missing.map(({ uid }) => uid)).toEqual(["c"]);
    expect(found.strays.map(({ href }) => href)).toEqual([ours("x")]);
  });

  it("is, of changes, only what they name: what is not named is as it was", () => {
    const remote = { changed: [{ href: ours("a"), etag: "9" }], removed: [ours("b"), "/c/other.ics"], token: "t" };
    expect(findSuspects(rows, remote, target, nowAt).rows.map(({ uid }) => uid)).toEqual(["a", "b"]);
  });

  it("is, without asking, only what a cut run left unsettled", () => {
    const cut = [row("a"), row("b", { state: "create", href: "" }), row("c", { state: "delete", nextAt: nowAt + 5 })];
    expect(findSuspects(cut, null, target, nowAt).rows.map(({ uid }) => uid)).toEqual(["b"]);
  });
});

describe("the judgement", () => {
  const seen = (hash: string, own = true) => ({ href: "/c/a.ics", etag: "new", hash, own });
  const after = (one: LedgerRow, hash: string | null, edits: "mirror" | "respect" = "mirror") =>
    reconcile(one, hash === null ? null : seen(hash), { edits, nowAt, loss: false });

  it("takes up its own write whose answer was lost", () => {
    const cut = row("a", { state: "create", href: "", etag: null, pushedHash: "", intentHash: "h" });
    expect(after(cut, "h")).toMatchObject({ found: "adopted", row: { state: "synced", etag: "new", pushedHash: "h" } });
    expect(after(cut, null)).toMatchObject({ found: "", row: { state: "new" } });
  });

  it("knows its own older write when the booking went back to what it was", () => {
    const cut = row("a", { state: "update", intentHash: "between" });
    expect(after(cut, "between", "respect")).toMatchObject({
      found: "",
      row: { state: "synced", pushedHash: "between" },
    });
  });

  it("does not take a new ETag for an edit", () => {
    expect(after(row("a"), "h")).toMatchObject({ found: "", row: { etag: "new", restores: 0 } });
    expect(after(row("a", { remoteHash: "kept so" }), "kept so")).toMatchObject({ found: "" });
  });

  it("puts back or leaves an edit and a deletion, by policy", () => {
    expect(after(row("a"), "mine")).toMatchObject({ found: "restored", row: { pushedHash: "", restores: 1 } });
    expect(after(row("a"), null)).toMatchObject({ found: "restored", row: { state: "new", href: "", generation: 1 } });
    expect(after(row("a"), "mine", "respect")).toMatchObject({
      found: "left",
      row: { state: "left", pushedHash: "h" },
    });
    expect(after(row("a"), null, "respect")).toMatchObject({ found: "left", row: { state: "left", href: "" } });
  });

  it("puts back three times in a day, and again the next day", () => {
    const often = row("a", { restores: 3, restoredAt: nowAt - 3600 });
    expect(after(often, "mine")).toMatchObject({ found: "left" });
    expect(after({ ...often, restoredAt: nowAt - day }, "mine")).toMatchObject({
      found: "restored",
      row: { restores: 1 },
    });
  });

  it("leaves a foreign object alone and goes under the next name", () => {
    const verdict = reconcile(row("a", { pushedHash: "", state: "new", href: "" }), seen("h", false), {
      edits: "mirror",
      nowAt,
      loss: false,
    });
    expect(verdict.row).toMatchObject({ generation: 2, href: "", state: "new" });
  });

  it("writes once more over what a server keeps in another form, and then takes it as it is", () => {
    const once = after(row("a", { etag: null }), "damaged", "respect");
    expect(once).toMatchObject({ found: "", row: { pushedHash: "", remoteHash: "damaged" } });
    const twice = after(row("a", { etag: null, remoteHash: "damaged" }), "damaged", "respect");
    expect(twice).toMatchObject({ found: "", row: { etag: "new", pushedHash: "h", remoteHash: "damaged" } });
    expect(after(row("a", { remoteHash: "damaged" }), "damaged")).toMatchObject({ found: "" });
  });
});
