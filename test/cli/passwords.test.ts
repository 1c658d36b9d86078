import { describe, expect, it } from "vitest";
import { answer, run } from "./fake-api.ts";

const made = {
  id: "ab12",
  name: "khal",
  address: "https://calendar.example.org/dav/",
  userName: "ann",
  password: "abcdefg-hijklmn-opqrstu-vwxyz23",
};

describe("passwords", () => {
  it("add shows the password with what else a program wants", async () => {
    const { exit, out, asked } = await run(["passwords", "add", "khal at work"], {
      "POST /app-passwords": () => answer(made, 201),
    });
    expect(exit).toBe(0);
    expect(asked[0]).toMatchObject({ body: { name: "khal at work" } });
    expect(out).toBe(`id         ab12\naddress    ${made.address}\nuser name  ann\npassword   ${made.password}\n`);
  });

  it("list is a table, and says where they are for", async () => {
    const { out, err } = await run("passwords list", {
      "GET /app-passwords": () =>
        answer({
          address: made.address,
          userName: "ann",
          userId: "0011",
          passwords: [
            {
              id: "ab12",
              name: "khal",
              createdAt: "2030-01-01T00:00:00.000Z",
              usedAt: "2030-01-02T03:00:00.000Z",
              client: "vdirsyncer",
            },
          ],
        }),
    });
    expect(out).toMatch(/^ID +NAME +LAST USED +BY\nab12 +khal +2030-01-02 03:00\S* +vdirsyncer\n$/);
    expect(err).toBe(`Address ${made.address}, user name ann.\n`);
  });

  it("revoke names one", async () => {
    const { exit, asked } = await run("passwords revoke ab12", {
      "DELETE /app-passwords/ab12": () => answer({ id: "ab12", state: "revoked" }),
    });
    expect([exit, asked[0]]).toMatchObject([0, { path: "/app-passwords/ab12" }]);
  });
});
