import { describeContract } from "./suite.ts";
import { ownTargets } from "./targets.ts";

for (const target of ownTargets) describeContract(target);
