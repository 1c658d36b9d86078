import { expect, it } from "vitest";
import { describeContract } from "./suite.ts";
import { realTargets } from "./targets.ts";

it("has servers to talk to where everything must be installed", () => {
  expect(process.env["CI"] !== "true" || realTargets.length >= 4).toBe(true);
});

for (const target of realTargets) describeContract(target);
