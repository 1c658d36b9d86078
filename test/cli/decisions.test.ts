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
};

describe("decisions", () => {
  it("is a table, or JSON, of all or of one booking", async () => {
    const routes = { "GET /decisions": () => answer({ decisions: [decision] }) };
    const { exit, out, asked } = await run(`decisions --booking ${uuid(1)} --limit 5`, routes);
    expect([exit, asked[0]?.path]).toEqual([0, `/decisions?booking=${uuid(1)}&limit=5`]);
    for (const text of ["2030-01-02", "reject", "done (operator's token)", "Ann (ann)", "sign-in", "f1", "192.0.2.0"]) {
      expect(out).toContain(text);
    }
    expect(JSON.parse((await run("decisions --json", routes)).out)).toEqual({ decisions: [decision] });
    expect((await run("decisions --limit 0", routes)).exit).toBe(2);
    expect((await run("decisions --booking x", routes)).exit).toBe(2);
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
