import { describe, expect, it } from "vitest";
import { answer, failed, run, uuid } from "./fake-api.ts";

const decision = {
  id: "d1",
  accountId: "a1",
  madeAt: "2030-01-02T10:00:00.000Z",
  bookingUuid: uuid(1),
  action: "reject",
  result: "done",
  via: "sign-in",
  feedId: "f1",
  username: "ann",
  fullName: "Ann",
  byOperator: true,
  insider: true,
  address: "192.0.2.0",
  mailbox: "",
};

describe("decisions", () => {
  it("is a table, or JSON, of all or of one booking", async () => {
    const routes = { "GET /decisions": () => answer({ decisions: [decision] }) };
    const { exit, out, asked } = await run(`decisions --booking ${uuid(1)} --limit 5`, routes);
    expect([exit, asked[0]?.path]).toEqual([0, `/decisions?booking=${uuid(1)}&limit=5`]);
    for (const text of ["2030-01-02", "reject", "done (operator's token)", "Ann (ann)", "sign-in", "f1", "192.0.2.0"]) {
      expect(out).toContain(text);
    }
    const room = { ...decision, via: "mail", mailbox: "aurora@example.org" };
    const byRoom = await run("decisions", { "GET /decisions": () => answer({ decisions: [room] }) });
    expect(byRoom.out).toContain("mail (aurora@example.org)");
    expect(JSON.parse((await run("decisions --json", routes)).out)).toEqual({ decisions: [decision] });
    expect((await run("decisions --limit 0", routes)).exit).toBe(2);
    expect((await run("decisions --booking x", routes)).exit).toBe(2);
  });
});

describe("people forget", () => {
  const forgotten = { feeds: 1, targets: 2, decisions: 3 };

  it("says what was forgotten, and leaves events in calendars unless told otherwise", async () => {
    const routes = { "DELETE /people/ann%40example.org": () => answer(forgotten) };
    const { exit, out, asked } = await run("people forget ann@example.org", routes);
    expect([exit, asked[0]?.path]).toEqual([0, "/people/ann%40example.org?events=leave"]);
    expect(out).toBe("Forgotten: 1 feeds, 2 targets, the name in 3 decisions.\n");
    const removed = await run("people forget ann@example.org --events remove --json", routes);
    expect(JSON.parse(removed.out)).toEqual(forgotten);
    expect(removed.asked[0]?.path).toContain("events=remove");
    expect((await run("people forget ann@example.org --events burn", routes)).exit).toBe(2);
  });
});

describe("accept and reject", () => {
  it("say what came of it", async () => {
    const { exit, out, asked } = await run(`accept ${uuid(1)}`, {
      [`POST /bookings/${uuid(1)}/accept`]: () => answer({ result: "done", byOperator: false, message: "Accepted." }),
    });
    expect([exit, out, asked[0]?.method]).toEqual([0, "Accepted.\n", "POST"]);
  });

  it("fail with the reason", async () => {
    const path = `POST /bookings/${uuid(1)}/reject`;
    const refused = await run(`reject ${uuid(1)}`, { [path]: () => failed(403, "waldur_forbidden", "Waldur refused") });
    expect([refused.exit, refused.err]).toEqual([1, expect.stringContaining("Waldur refused")]);
    const silent = await run(`reject ${uuid(1)}`, { [path]: () => failed(502, "waldur_failed", "did not answer") });
    expect(silent.exit).toBe(4);
    expect((await run("reject", {})).exit).toBe(2);
    expect((await run("reject no-uuid", {})).exit).toBe(2);
  });
});
