import { expect, it } from "vitest";
import type { Budget } from "../../../src/deps.ts";
import { people } from "../../../src/demo/people.ts";
import { requestTo } from "../../waldur-answers.ts";
import { visitor } from "../../web/visitor.ts";
import { invitationIn, makeInvited } from "./invited.ts";

/** That of a Worker, and the statements that D1 lets an invocation send on the free plan. */
const small: Budget = { pages: 1, requests: 30, events: 50, statements: 40 };
const mostStatements = 50;

it("invitations and notices reach everybody within the statements of a Worker's runs", async () => {
  const { world, invite, run } = await makeInvited();
  await invite("providerManager", "sam.sample@example.edu");
  await visitor(world).signIn(world.sample.tokens.offeringManager);
  await world.settle();
  await run();
  world.log.entries.splice(0);
  Object.assign(world.deps, { budget: small });

  const invited = new Map<string, Set<string>>();
  const told: string[] = [];
  const pass = async (): Promise<void> => {
    for (let minute = 0; minute < 20; minute += 1) {
      for (const { mail, envelope } of await run()) {
        const invitation = invitationIn(mail, envelope.to);
        if (invitation === null) told.push(`${envelope.to} ${mail.subject}`);
        else invited.set(envelope.to, (invited.get(envelope.to) ?? new Set()).add(invitation.uid.slice(0, 32)));
      }
    }
  };
  // What came before is over for the digest.
  world.wait(700);
  const requests = Array.from({ length: 4 }, () => requestTo(world.sample).uuid);
  await pass();
  for (let n = 0; n < 12; n += 1) requestTo(world.sample);
  await pass();
  const runs = world.log.entries.filter(({ event }) => event === "run").map(({ facts }) => Number(facts["statements"]));
  expect(Math.max(...runs)).toBeLessThanOrEqual(mostStatements);
  for (const to of ["mari.tamm@example.edu", "sam.sample@example.edu"]) {
    expect(requests.filter((uuid) => invited.get(to)?.has(uuid) !== true)).toEqual([]);
    expect(told).toContain(`${to} 12 new requests`);
  }
  expect(told.join()).toContain(`${people.offeringManager.username}@example.org New request: `);
});

it("an invitation and a notice of the same request leave a Worker within two minutes, whichever is first in the run", async () => {
  const { world, run } = await makeInvited();
  await visitor(world).signIn(world.sample.tokens.offeringManager);
  await world.settle();
  await run();
  Object.assign(world.deps, { budget: small });
  for (let turn = 0; turn < 4; turn += 1) {
    requestTo(world.sample);
    // The first of these runs reads Waldur.
    const mails = [...(await run()), ...(await run()), ...(await run())];
    const told = mails.map(({ mail, envelope }) =>
      invitationIn(mail, envelope.to) === null ? "notice" : "invitation",
    );
    expect([turn, told.toSorted()]).toEqual([turn, ["invitation", "notice"]]);
    for (let minute = 0; minute < 12 + turn; minute += 1) await run();
  }
});
