import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../../src/config/config.ts";
import { makeWorld } from "../../world.ts";
import { visitor } from "../visitor.ts";

const adminToken = "operator-of-these-tests";

async function complaints(publicUrl: string, origin: string) {
  const world = await makeWorld({ config: { adminToken, publicUrl } });
  const headers = { Authorization: `Bearer ${adminToken}` };
  const checked = await world.app.fetch(new Request(`${origin}/api/v1/check`, { headers }), world.deps);
  const { waldur } = await checked.json();
  return waldur.problems.filter((text: string) => text.includes("PUBLIC_URL"));
}

describe("a service without PUBLIC_URL", () => {
  it("that is reached from elsewhere says that its addresses lead nowhere, in check and on the operator's page", async () => {
    expect(await complaints(defaultConfig.publicUrl, "https://calendar.example")).toEqual([
      expect.stringContaining(`begin with ${defaultConfig.publicUrl}`),
    ]);
    const world = await makeWorld({ config: { adminToken, publicUrl: defaultConfig.publicUrl } });
    const operator = visitor(world);
    await operator.signIn(adminToken);
    expect(await (await operator.get("/")).text()).toContain("PUBLIC_URL is not set");
  });

  it.each([
    ["is on this machine alone", defaultConfig.publicUrl, "http://localhost:8080"],
    ["has the setting", "https://calendar.example", "https://calendar.example"],
  ])("says nothing where it %s", async (_, publicUrl, origin) => {
    expect(await complaints(publicUrl, origin)).toEqual([]);
  });
});
