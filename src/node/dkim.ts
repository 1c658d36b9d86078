import { resolve } from "node:dns/promises";
import { dkimVerify } from "mailauth";
import type { DkimVerifier } from "../mail/reply/authenticity.ts";

/** Looks up records of the domain name system: of TXT the strings of each. */
type Resolver = (name: string, type: string) => Promise<string[][]>;

/** Returns the TXT records of a name. Rejects where there is none, or no answer. */
async function lookUp(name: string, type: string): Promise<string[][]> {
  if (type !== "TXT") throw new Error(`no ${type} is asked for`);
  return resolve(name, "TXT");
}

/**
 * Makes a verifier of DKIM signatures (RFC 6376, RFC 8301, RFC 8463) with `mailauth`. A signature counts that has not expired, covers
 * From and the body to its end, and whose domain does not say that it is only testing. `now`: epoch milliseconds.
 */
export function makeDkimVerifier(now: () => number, resolver: Resolver = lookUp): DkimVerifier {
  return async (raw) => {
    const options = { resolver, strict: true, curTime: new Date(now()) };
    const { results, fromFields } = await dkimVerify(Buffer.from(raw), options);
    if (fromFields !== 1) return [];
    return results.flatMap(({ status, signingDomain, signingHeaders, canonBodyLengthLimited }) => {
      const covered =
        signingHeaders?.keys
          .toLowerCase()
          .split(":")
          .map((name) => name.trim()) ?? [];
      const holds = status.result === "pass" && status.testing !== true && canonBodyLengthLimited !== true;
      return holds && covered.includes("from") && signingDomain !== undefined ? [signingDomain] : [];
    });
  };
}
