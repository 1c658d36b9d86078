import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linkIn } from "../decision/decided.ts";
import { requestTo } from "../waldur-answers.ts";
import { makeFormClient } from "./support/form-client.ts";
import { runCli } from "./support/process.ts";
import { adminToken, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

// The service keeps its own deadline for requests to Waldur: with a short one, a busy machine lets it pass, and the
// click that ran into it is told, rightly, that nothing was changed.
describe.each(runtimes)("many clicks on $runtime", ({ open }) => {
  let waldur: ServedSample;
  let service: Running;

  beforeAll(async () => {
    waldur = await serveSample(6);
    service = await open(waldur.url, waldur.sample.tokens.providerOwner);
  });
  afterAll(async () => {
    await service.close();
    await waldur.close();
  });

  /** Resolves to the path of a waiting request's page, once a feed shows the request. */
  async function requestPath(): Promise<string> {
    const { uuid } = requestTo(waldur.sample);
    const add = ["feeds", "add", "--provider", waldur.sample.providerUuid, "--server", service.url];
    const address = (await runCli(add, { ADMIN_TOKEN: adminToken })).stdout.trim();
    for (let turns = 0; turns < 8; turns += 1) {
      await service.turn();
      const link = linkIn(await (await fetch(service.url + new URL(address).pathname)).text(), uuid);
      if (link !== "") return new URL(link).pathname;
    }
    throw new Error(`the feed does not show the request: ${service.logs().slice(-2000)}`);
  }

  it("two hundred clicks at once are one decision", async () => {
    const path = await requestPath();
    const client = makeFormClient(() => service.url);
    await client.submit(await client.send(path), /sign-in/, { token: waldur.sample.tokens.providerOwner });
    const page = await client.send(path);
    let asked = 0;
    waldur.interfere((request) => {
      if (request.method === "POST") asked += 1;
      return null;
    });
    const seen = await Promise.all(
      Array.from({ length: 200 }, async () => client.submit(page, /value="accept"/, { action: "accept" })),
    );
    waldur.interfere(null);
    const outcomes = [...new Set(seen.map(({ status, note }) => `${status} ${note}`))];
    expect({ asked, outcomes }).toEqual({ asked: 1, outcomes: [expect.stringMatching(/^200 Accepted/)] });
  });
});
