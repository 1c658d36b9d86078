import * as v from "valibot";
import { actions } from "../../../calendar/profile.ts";
import { results, ways } from "../../../store/decisions.ts";
import { timeOrNull, list, describe, failure } from "./shape.ts";

export const outcome = v.object({
  result: describe(v.picklist(["done", "already"]), "`already`: somebody else had decided the same before"),
  byOperator: describe(v.boolean(), "Done with WALDUR_DECISION_TOKEN"),
  message: v.string(),
});

export const notDecided = v.object({
  result: v.picklist([...results.filter((one) => one !== "done" && one !== "already"), "busy", "limited"]),
  ...failure.entries,
});

export const decisions = v.object({
  decisions: list(
    v.object({
      id: v.string(),
      madeAt: timeOrNull,
      bookingUuid: v.string(),
      action: v.picklist(actions),
      result: v.picklist(results),
      via: describe(
        v.picklist(ways),
        "By a person signed in, by a link alone, over the API, in a calendar program, or by the answer to an invitation",
      ),
      feedId: describe(v.string(), "Empty over the API"),
      accountId: v.string(),
      username: v.string(),
      fullName: v.string(),
      byOperator: v.boolean(),
      insider: describe(v.boolean(), "Stood for the provider then"),
      address: describe(v.string(), "The client's network; empty for everybody but the operator"),
      mailbox: describe(
        v.string(),
        "The mailbox of a room or equipment that answered in the account's place; empty for none",
      ),
    }),
  ),
});

export type DecisionsJson = v.InferOutput<typeof decisions>;
