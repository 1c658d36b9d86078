import { type KeyUse, listKeyUses } from "../../account/key-uses.ts";
import type { Language } from "../../calendar/profile.ts";
import type { Deps } from "../../deps.ts";
import type { CheckJson } from "../api/responses.ts";
import { texts } from "../../text/index.ts";

/** Returns what is sealed with keys that are missing and what to do about it, for the operator: a sentence or two each. */
export function keyComplaints(uses: readonly KeyUse[], language: Language): string[] {
  const words = texts[language].keys;
  const lost = uses.filter(({ state }) => state === "missing" || state === "other");
  return lost.map((key) => {
    const parts = [
      [key.addresses, words.addresses],
      [key.tokens, words.tokens],
      [key.credentials, words.credentials],
    ] as const;
    const sealed = parts.flatMap(([count, say]) => (count === 0 ? [] : [say(count)])).join(", ");
    return (key.state === "other" ? words.other : words.missing)(key.id, sealed);
  });
}

/** Returns the keys as `check` tells them. */
export async function keysJson(deps: Pick<Deps, "sql" | "keys">): Promise<CheckJson["keys"]> {
  const uses = await listKeyUses(deps);
  const { lost } = deps.keys;
  return {
    ring: uses.map(({ id, state, addresses, tokens, credentials }) => ({
      id,
      state,
      sealed: addresses + tokens + credentials,
    })),
    problems: [...(lost === "" ? [] : [`${lost}.`]), ...keyComplaints(uses, "en")],
  };
}
