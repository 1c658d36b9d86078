import { expect, it } from "vitest";
import { describeContract } from "./suite.ts";
import { workerdTargets } from "./targets.ts";

it("has a server to talk to where everything must be installed", () => {
  expect(process.env["CI"] !== "true" || workerdTargets.length > 0).toBe(true);
});

for (const target of workerdTargets) describeContract(target);
