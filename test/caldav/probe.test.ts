import { describe, expect, it } from "vitest";
import { probe } from "../../src/caldav/probe.ts";
import { makeSigner } from "../../src/caldav/auth/signer.ts";
import { makeGuardedFetch } from "../../src/security/guard.ts";
import { type Fault, lostAnswer, resetBefore, status } from "../dav-server/faults.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { eventText, kindOf, valueOf } from "../contract/caldav/suite.ts";

function open(quirks: Partial<Quirks> = {}) {
  let second = 0;
  const server = makeCaldav({ quirks, now: () => (second += 1) * 1000 });
  const guarded = makeGuardedFetch({
    outside: server.fetch,
    deadline: () => new AbortController().signal,
    rules: { allowed: [], own: [] },
  });
  const credentials = { kind: "password", username: "alice", password: "s3cret" } as const;
  const signer = makeSigner(credentials, { origins: [server.origin], domain: null }, (bytes) => new Uint8Array(bytes));
  const random = (bytes: number) => new Uint8Array(bytes).fill(9);
  server.put("foreign.ics", eventText("foreign"));
  const ask = async () => probe(server.calendarUrl(), { guarded, signer, now: () => 0 }, random, 2);
  return { server, ask };
}

describe("the write probe", () => {
  it.each([
    ["overwrites on create", { ignoresIfNoneMatch: true }, { honoursIfNoneMatch: false }],
    ["overwrites on update", { ignoresIfMatch: true }, { honoursIfMatch: false }],
    ["deletes whatever there is", { ignoresIfMatchOnDelete: true }, { honoursIfMatchOnDelete: false }],
    ["tells no ETag with a PUT", { putEtag: "absent" }, { tellsEtag: false }],
    ["tells an ETag that a proxy changed", { putEtag: "gzip" }, { tellsEtag: false }],
    [
      "changes what it stores",
      { rewrites: (body: string) => body.replace("END:VEVENT", "CLASS:PUBLIC\r\nEND:VEVENT") },
      { rewrites: true },
    ],
    ["has no sync-collection", { sync: false }, { changeFeed: "ctag" }],
    ["tells of no changes", { sync: false, ctag: "none" }, { changeFeed: "none" }],
    ["limits the size", { maxBytes: 4000 }, { maxBytes: 4000 }],
    ["counts ETags by object", { etags: "object" }, { honoursIfMatch: true }],
    ["makes ETags of the content", { etags: "content" }, { honoursIfMatch: true }],
    [
      "keeps to the papers",
      {},
      {
        honoursIfNoneMatch: true,
        honoursIfMatch: true,
        honoursIfMatchOnDelete: true,
        tellsEtag: true,
        rewrites: false,
        changeFeed: "sync-token",
        concurrency: 2,
      },
    ],
  ] as const)("sees that a server %s, and leaves nothing behind", async (_, quirks, seen) => {
    const { server, ask } = open(quirks);
    expect(valueOf(await ask())).toMatchObject(seen);
    expect([...server.bodies().keys()]).toEqual(["foreign.ics"]);
    expect(server.unconditional).toEqual([]);
  });

  it("ends where no ETag is ever given, and leaves nothing behind", async () => {
    const { server, ask } = open({ etagForm: "none" });
    expect(await ask()).toMatchObject({ failure: { kind: "refused" } });
    expect([...server.bodies().keys()]).toEqual(["foreign.ics"]);
  });

  it.each([
    ["compares weak ETags with nothing", { etagForm: "weak", comparesStrongly: true }, "only weak ETags"],
    ["puts events under other names", { renames: true }, "under their names"],
    ["does so and has no changes", { renames: true, sync: false }, "under their names"],
    ["does so and its index lags", { renames: true, staleQueries: true }, "under their names"],
  ] as const)("refuses a server that %s, says so, and leaves nothing behind", async (_, quirks, text) => {
    const { server, ask } = open(quirks);
    expect(await ask()).toMatchObject({ failure: { kind: "refused", text: expect.stringContaining(text) } });
    expect([...server.bodies().keys()]).toEqual(["foreign.ics"]);
    expect(server.unconditional).toEqual([]);
  });

  it.each(["absolute", "http", "inside", "doubled", "dotted", "escaped"] as const)(
    "knows its event among the changes where hrefs are spelled: %s",
    async (hrefs) => {
      const { ask } = open({ hrefs, lostToken: "full" });
      expect(await ask()).toMatchObject({ value: { changeFeed: "sync-token", silentTokens: true } });
    },
  );

  it("says that its event is left when nothing may be deleted", async () => {
    const { server, ask } = open();
    server.script(status(403), "DELETE", 100);
    expect(await ask()).toMatchObject({ leftover: true, failure: { kind: "missing" } });
    const { server: other, ask: askOther } = open();
    let deletions = 0;
    other.script(status(403), ({ method }) => method === "DELETE" && (deletions += 1) > 1, 100);
    expect(await askOther()).toMatchObject({ leftover: true, failure: { kind: "missing" } });
    expect(server.bodies().size + other.bodies().size).toBe(4);
  });

  it("sends no change to a calendar that may only be read", async () => {
    const { server, ask } = open({ readOnly: true });
    expect(kindOf(await ask())).toBe("read-only");
    expect(server.taken().filter((one) => !one.startsWith("PROPFIND"))).toEqual([]);
  });

  it("leaves nothing behind and the foreign event alone, whichever request of it fails, and however", async () => {
    const { server, ask } = open();
    await ask();
    const requests = server.requests.length;
    const foreign = server.bodies().get("foreign.ics");
    expect(requests).toBeGreaterThan(10);
    for (let nth = 1; nth <= requests; nth += 1) {
      for (const fault of [lostAnswer, resetBefore, status(500), status(503), status(404)] satisfies Fault[]) {
        const { server: broken, ask: askBroken } = open();
        let count = 0;
        broken.script(fault, () => (count += 1) === nth);
        await askBroken();
        expect([nth, ...broken.bodies()]).toEqual([nth, ["foreign.ics", foreign]]);
        expect(broken.unconditional).toEqual([]);
      }
    }
  });
});
