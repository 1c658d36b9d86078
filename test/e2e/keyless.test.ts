import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashSecret } from "../../src/security/secret.ts";
import { addAccount } from "../../src/store/accounts/accounts.ts";
import { addSource } from "../../src/store/sources/sources.ts";
import { changeFeed } from "../../src/store/feeds.ts";
import { makeFeed, t } from "../rows.ts";
import { runCli } from "./support/process.ts";
import { adminToken, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

const workerd = runtimes.find(({ runtime }) => runtime === "workerd");
const secret = "s".repeat(32);

describe("a Worker without SECRET_KEYS", () => {
  let waldur: ServedSample;
  let service: Running;
  beforeAll(async () => {
    if (workerd === undefined) throw new Error("there is no workerd");
    waldur = await serveSample();
    service = await workerd.open(waldur.url, waldur.sample.tokens.providerOwner, { SECRET_KEYS: "" });
    const { sql } = service;
    await addAccount(sql, "a", null, t);
    await addSource(
      sql,
      { id: "s", accountId: "a", kind: "provider", scopeUuid: "s", customerUuid: "", name: "s", partial: "" },
      t,
    );
    await makeFeed(sql, "f", {}, t, await hashSecret(secret));
    const active = changeFeed("f", { state: "active" });
    if (active !== null) await sql.batch([active]);
  });
  afterAll(async () => {
    await service.close();
    await waldur.close();
  });

  it("serves the feeds it has, and says what is missing", async () => {
    expect((await fetch(`${service.url}/f/${secret}/f.ics`)).status).toBe(200);
    await service.turn();
    expect((await fetch(`${service.url}/f/${secret}/f.ics`)).status).toBe(200);
    const cli = async (...args: string[]) => runCli([...args, "--server", service.url], { ADMIN_TOKEN: adminToken });
    const { stderr } = await cli("check");
    expect(stderr).toContain("SECRET_KEYS is not set");
    expect(stderr).toContain("The key old is missing. Sealed with it: 1 calendar address.");
    const added = await cli("feeds", "add", "--provider", waldur.sample.providerUuid);
    expect(added.stderr).toContain("no secret can be stored: SECRET_KEYS is not set");
  });
});
