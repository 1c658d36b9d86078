import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { resetBefore, status, throttled } from "../../dav-server/faults.ts";
import { type Quirks, servers } from "../../dav-server/quirks.ts";
import type { Caldav } from "../../dav-server/server.ts";
import { beginMirror, type Begun, connectThere, login, signInThere } from "../mirrored.ts";

/** Words of servers about themselves, which are no matter of people. */
const noise = "<title>Oops</title>Sabre\\DAV\\Exception\\NotFound no nginx/1.24.0";
const refuse = (code: number) => status(code, { "Content-Type": "text/html" }, noise);

/** A mirror that is on and was compared once. */
async function mirrored(quirks: Partial<Quirks> = {}, fields: Record<string, string> = {}) {
  const begun = await beginMirror(quirks);
  const path = await connectThere(begun, fields);
  await begun.owner.send(`${path}/resume`, {}, path);
  await begun.world.settle();
  const { world, caldav, owner } = begun;
  const pass = async (times = 1, seconds = 1000): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      world.wait(seconds);
      await world.tick();
    }
  };
  await pass();
  return {
    ...begun,
    path,
    pass,
    names: [...caldav.bodies().keys()],
    page: async () => {
      // Days may have gone by.
      await owner.signIn(world.sample.tokens.providerOwner);
      return owner.page(path);
    },
  };
}

/** Shows the page of a mirror whose server does something, or whose calendar was changed. */
function after(change: (one: Awaited<ReturnType<typeof mirrored>>) => void | Promise<void>, quirks = {}, fields = {}) {
  return async (): Promise<string> => {
    const one = await mirrored(quirks, fields);
    await change(one);
    await one.pass();
    return one.page();
  };
}

const change = (caldav: Caldav, quirks: Partial<Quirks>): void => void Object.assign(caldav.quirks, quirks);
const edit = (caldav: Caldav, name: string, mark: string): void =>
  void caldav.put(name, (caldav.bodies().get(name) ?? "").replace("SUMMARY:", `SUMMARY:${mark} `));
const dropAll = ({ caldav, names }: { caldav: Caldav; names: readonly string[] }): void => {
  for (const name of names) caldav.drop(name);
};
/** Drops some events, whose writing then meets a status. */
const dropAndRefuse =
  (count: number, code: number) =>
  ({ caldav, names }: { caldav: Caldav; names: readonly string[] }): void => {
    const stems = names.slice(0, count).map((name) => name.replace(/-\d+\.ics$/, ""));
    for (const name of names.slice(0, count)) caldav.drop(name);
    const isOne = ({ method, path }: { method: string; path: string }) =>
      method === "PUT" && stems.some((stem) => path.includes(stem));
    caldav.script(refuse(code), isOne, 1000);
  };

/** Shows what is said beside the field of an address. */
const address = (fields: { preset: string; text: string }) => async (): Promise<string> => {
  const { owner, steps } = await beginMirror();
  return (await owner.send(steps, fields)).text();
};
const signIn = async ({ owner, steps }: Begun, text: string, fields = login): Promise<string> => {
  await owner.send(steps, { preset: "", text });
  return (await owner.send(`${steps}/sign-in`, fields)).text();
};
/** Shows what is said when a calendar is chosen, or made. */
const choose =
  (quirks: Partial<Quirks>, fields: Record<string, string> = {}, prepare: (caldav: Caldav) => void = () => undefined) =>
  async (): Promise<string> => {
    const begun = await beginMirror(quirks);
    await signInThere(begun);
    prepare(begun.caldav);
    const choice = { calendar: begun.caldav.calendarUrl(), edits: "mirror", cancelled: "keep", ...fields };
    return (await begun.owner.send(`${begun.steps}/calendar`, choice)).text();
  };

/** Brings about each state of the tables in docs/caldav.md, and shows the page; several where the row names several. */
const states: Readonly<Record<string, readonly (() => Promise<string>)[]>> = {
  "nonces of Digest end, whenever it likes": (["once", "stale", "silent"] as const).map((nonces) =>
    after(({ caldav, names }) => edit(caldav, names[0] ?? "", "Mine"), { auth: "digest", nonces }),
  ),
  "it takes one write at a time (423)": [after(dropAll, { oneAtATime: true })],
  "an event was edited to a higher SEQUENCE than ours": [
    after(
      ({ caldav, names: [name = ""] }) =>
        void caldav.put(name, (caldav.bodies().get(name) ?? "").replace(/SEQUENCE:\d+/, "SEQUENCE:9000000")),
      { refusesOlder: true },
    ),
  ],
  "the calendar was made again under its name, its old sync-token is answered with nothing": [
    after(({ caldav }) => {
      caldav.dropCalendar();
      caldav.addCalendar("work");
    }, servers.davical),
  ],
  "one event is answered with 500": [after(dropAndRefuse(1, 500))],
  "three events are answered with 403": [after(dropAndRefuse(3, 403))],
  "it refuses a body with a bare 412": [after(dropAndRefuse(1, 412))],
  "every event is answered with 500": [
    after((one) => {
      dropAll(one);
      one.caldav.script(refuse(500), "PUT", 1000);
    }),
  ],
  "its listing has the objects of another place alone": [
    after(async ({ caldav, pass }) => {
      change(caldav, { hrefs: "elsewhere" });
      await pass(1, 90_000);
    }),
  ],
  "it does not answer, or hangs": [after(({ caldav }) => caldav.script(resetBefore, () => true, 1000))],
  "it asks for fewer requests": [after(({ caldav }) => caldav.script(throttled(503, "60"), () => true, 1000))],
  "the calendar is full": [after(dropAndRefuse(1, 507))],
  "somebody undoes what is put back, more than three times a day": [
    after(async ({ caldav, names: [name = ""], pass }) => {
      for (let time = 0; time < 4; time += 1) {
        edit(caldav, name, `Mine ${time}`);
        await pass();
      }
    }),
  ],
  "under `respect`, most events are gone at once": [after(dropAll, {}, { edits: "respect" })],
  "it refuses the password": [after(({ caldav }) => caldav.script(refuse(401), () => true, 1000))],
  "the right to write was taken away": [
    after((one) => {
      dropAll(one);
      change(one.caldav, { readOnly: true });
    }),
  ],
  "the calendar was deleted": [after(({ caldav }) => caldav.dropCalendar())],
  "it does not delete events of a mirror that is removed": [
    after(async ({ caldav, owner, path, pass }) => {
      caldav.script(refuse(403), "DELETE", 100_000);
      await owner.send(`${path}/remove`, { sure: "yes", events: "remove" }, path);
      await pass(8, 22_000);
    }),
  ],
  "no address for Nextcloud": [address({ preset: "nextcloud", text: "" })],
  "an address of Google, which is not set up": [
    address({ preset: "", text: "me@gmail.com" }),
    address({ preset: "", text: "https://calendar.google.com/" }),
  ],
  "an address of Microsoft": [
    address({ preset: "", text: "me@outlook.de" }),
    address({ preset: "", text: "https://outlook.office365.com/owa/" }),
  ],
  "an address inside the network": [
    async () => signIn(await beginMirror(), "https://10.0.0.7/"),
    async () => signIn(await beginMirror(), "https://nas.local/"),
  ],
  "an address that leads to another server": [
    async () => {
      const begun = await beginMirror();
      const principal = `<D:multistatus xmlns:D="DAV:"><D:response><D:href>/</D:href><D:propstat><D:prop><D:current-user-principal><D:href>https://other.example.org/p/</D:href></D:current-user-principal></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>`;
      begun.caldav.script(status(207, { "Content-Type": "application/xml" }, principal));
      return signIn(begun, "https://caldav.example.org/");
    },
  ],
  "a page in HTML at every address": [
    async () => {
      const begun = await beginMirror();
      begun.caldav.script(status(200, { "Content-Type": "text/html" }, noise), () => true, 1000);
      return signIn(begun, "https://caldav.example.org/");
    },
  ],
  "a wrong password": [
    async () => signIn(await beginMirror(), "https://caldav.example.org/", { ...login, password: "wrong" }),
  ],
  "it does not answer": [
    async () => {
      const begun = await beginMirror();
      begun.caldav.script(resetBefore, () => true, 1000);
      return signIn(begun, "https://caldav.example.org/");
    },
  ],
  "it makes no calendars (403, 405, 501)": [403, 405, 501].map((code) =>
    choose({}, { calendar: "new", name: "Bookings" }, (caldav) => caldav.script(refuse(code), "MKCOL", 10)),
  ),
  "it renames events, has no ETags, or weak ones that it does not take": [
    choose({ renames: true }),
    choose({ etagForm: "none" }),
    choose({ etagForm: "weak", comparesStrongly: true }),
  ],
  "it does not delete the event of the probe": [choose({}, {}, (caldav) => caldav.script(refuse(403), "DELETE", 1000))],
  "it overwrites what others changed": [choose({ ignoresIfMatch: true })],
};

const rows = [
  ...(readFileSync("docs/caldav.md", "utf8")
    .split("## What people read")[1]
    ?.split("\n## ", 1)[0]
    ?.matchAll(/^\| (.+?) \| (.+?) \| (.+?) \|$/gm) ?? []),
]
  .map(([, state = "", sentence = "", move = ""]) => ({ state, sentence, move }))
  .filter(({ sentence }) => sentence !== "the page says");

/** Returns the words of a page as a person reads them. */
function wordsOf(page: string): string {
  return page
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ");
}

describe("what people read, in docs/caldav.md", () => {
  it("has a row for each state that is brought about here", () => {
    expect(rows.map(({ state }) => state).toSorted()).toEqual(Object.keys(states).toSorted());
    for (const { move } of rows)
      expect(move).toMatch(/^(?:nobody's|the reader's|that operator's|the operator's|the calendar's owner's)/);
  });

  it.each(rows)("when $state: $sentence", async ({ state, sentence }) => {
    for (const show of states[state] ?? []) {
      const words = wordsOf(await show());
      for (const part of sentence.split("…")) expect(words).toContain(part.trim());
      for (const one of ["nginx/", "Sabre\\", "<title>", "ECONNRESET"]) expect(words).not.toContain(one);
    }
  });
});
