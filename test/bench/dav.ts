import { viewerOf } from "../../src/account/access.ts";
import { makeAppPassword } from "../../src/account/app-passwords.ts";
import { makeApp } from "../../src/app.ts";
import { openNode } from "../../src/node/open.ts";
import { findAccount } from "../../src/store/accounts/accounts.ts";
import { statement } from "../../src/store/sql/port.ts";
import { makeFeedServer } from "../../src/web/feed/serve.ts";
import { honestWork, secret } from "../web/feed/served.ts";
import { events, path, placeFeed } from "./support/feed.ts";
import type { Figure } from "./support/figure.ts";
import { makeFolder } from "./support/folder.ts";
import { compare, timed } from "./support/pairs.ts";

const origin = "http://127.0.0.1:8080";
const pollsAtOnce = 500;

/** Times what calendar programs ask of a feed, beside what subscribers of its address ask. */
export async function dav(): Promise<Figure[]> {
  await using folder = await makeFolder();
  const opened = await openNode({ DATA_DIR: folder.path }, { write: () => undefined });
  // No turn is waited for: that takes no processor time.
  const deps = { ...opened.deps, sleep: async () => undefined };
  try {
    await placeFeed(deps.sql);
    // The operator has no app passwords; staff holds every role.
    await deps.sql.batch([statement("UPDATE accounts SET kind = 'person', is_staff = 1 WHERE id = 'a'")]);
    const account = await findAccount(deps.sql, "a");
    if (account === null) throw new Error("the account is missing");
    const { password } = await makeAppPassword(deps, await viewerOf(deps, account), "bench");
    const app = makeApp();
    const headers = { Authorization: `Basic ${btoa(`a:${password}`)}`, Depth: "1" };
    const report = async (token: string, more = ""): Promise<Response> => {
      const body =
        `<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:sync-token>${token}</D:sync-token>` +
        `<D:sync-level>1</D:sync-level><D:prop><D:getetag/>${more}</D:prop></D:sync-collection>`;
      const request = new Request(`${origin}/dav/calendars/a/feed/`, { method: "REPORT", headers, body });
      const response = await app.fetch(request, deps);
      if (response.status !== 207) throw new Error(`the sync answered ${response.status}`);
      return response;
    };
    const first = await (await report("")).text();
    const objects = first.split("<D:response>").length - 1;
    if (objects !== events.length) throw new Error(`the first sync told ${objects} objects`);
    const token = /<D:sync-token>([^<]*)</.exec(first)?.[1] ?? "";
    const cold = timed(async () => {
      const { status } = await makeFeedServer(honestWork)(deps, new Request(origin + path), secret, "microscope.ics");
      if (status !== 200) throw new Error(`the feed answered ${status}`);
    });
    const served = makeFeedServer(honestWork);
    const head = await served(deps, new Request(origin + path), secret, "microscope.ics");
    const known = { "If-None-Match": head.headers.get("ETag") ?? "" };
    const unchanged = timed(async () => {
      for (let n = 0; n < pollsAtOnce; n += 1) {
        const { status } = await served(deps, new Request(origin + path, { headers: known }), secret, "microscope.ics");
        if (status !== 304) throw new Error(`the feed answered ${status}`);
      }
    });
    const polls = timed(async () => {
      for (let n = 0; n < pollsAtOnce; n += 1) await report(token);
    });
    const synced = await compare(
      15,
      timed(async () => report("")),
      cold,
      3,
    );
    const texts = await compare(
      5,
      timed(async () => report("", "<C:calendar-data/>")),
      cold,
      1,
    );
    const polled = await compare(9, polls, unchanged, 3);
    const ms = (value: number): string => `${value.toFixed(1)} ms`;
    return [
      {
        name: "first sync of a calendar program : cold GET",
        measured: synced.ratio,
        unit: "×",
        bound: { most: 1.2 },
        about: `${ms(synced.ours)} : ${ms(synced.theirs)}; ${objects} objects; 500 of them with their texts ${ms(texts.ours)}`,
      },
      {
        name: "a sync with nothing new : a 304",
        measured: polled.ratio,
        unit: "×",
        bound: { most: 20 },
        about: `${(polled.ours / pollsAtOnce).toFixed(3)} ms : ${(polled.theirs / pollsAtOnce).toFixed(3)} ms, inside the process`,
      },
      {
        name: "100 programs that sync each minute",
        measured: ((polled.ours / pollsAtOnce) * 100) / 600,
        unit: "%",
        bound: { most: 1 },
        about: "of one core, where nothing is new",
      },
    ];
  } finally {
    await opened.close();
  }
}
