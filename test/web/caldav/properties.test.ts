import { describe, expect, it } from "vitest";
import { calendarUserAddress } from "../../../src/account/calendar-user.ts";
import { findProperty, mayWrite, propertyText } from "../../../src/caldav/multistatus.ts";
import { appleSpace, caldavSpace } from "../../../src/caldav/xml.ts";
import { body, propfindBody, program, signedIn } from "./program.ts";
import { pendingScene } from "./scene.ts";

/** The properties that the programs of docs/caldav-server.md read at each address. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  "/": ["D:current-user-principal", "D:resourcetype"],
  "/dav/": ["D:current-user-principal", "D:resourcetype", "D:principal-collection-set", "C:calendar-home-set"],
  PRINCIPAL: [
    "D:resourcetype",
    "D:displayname",
    "D:current-user-principal",
    "D:principal-URL",
    "C:calendar-home-set",
    "C:calendar-user-address-set",
    "D:supported-report-set",
    "CS:email-address-set",
    "C:schedule-inbox-URL",
    "C:schedule-outbox-URL",
  ],
  HOME: [
    "D:resourcetype",
    "D:displayname",
    "D:owner",
    "D:current-user-principal",
    "D:current-user-privilege-set",
    "D:supported-report-set",
  ],
  CALENDAR: [
    "D:resourcetype",
    "D:displayname",
    "D:owner",
    "D:current-user-principal",
    "D:current-user-privilege-set",
    "C:supported-calendar-component-set",
    "D:supported-report-set",
    "CS:getctag",
    "D:sync-token",
    "A:calendar-color",
    "C:max-resource-size",
    "C:calendar-timezone",
    "C:calendar-timezone-id",
    "C:calendar-description",
    "D:getcontenttype",
    "C:schedule-calendar-transp",
  ],
  OBJECT: [
    "D:getetag",
    "D:getcontenttype",
    "D:getlastmodified",
    "D:resourcetype",
    "D:owner",
    "D:current-user-privilege-set",
  ],
  INBOX: ["D:resourcetype", "CS:getctag", "D:sync-token", "D:supported-report-set", "D:current-user-privilege-set"],
  OUTBOX: ["D:resourcetype", "D:current-user-privilege-set"],
};
const absent = [
  "D:quota-used-bytes",
  "D:quota-available-bytes",
  "CS:pushkey",
  "CS:dropbox-home-URL",
  "D:add-member",
  "CS:source",
];

async function scene() {
  const one = await pendingScene({ colour: "teal", zone: "Europe/Tallinn" });
  const { owner, path, name } = one;
  const user = owner.account.id;
  const paths: Readonly<Record<string, string>> = {
    PRINCIPAL: `/dav/principals/${user}/`,
    HOME: `/dav/calendars/${user}/`,
    CALENDAR: path,
    OBJECT: path + name,
    INBOX: `/dav/calendars/${user}/inbox/`,
    OUTBOX: `/dav/calendars/${user}/outbox/`,
  };
  return { ...one, at: (target: string): string => paths[target] ?? target };
}

describe("PROPFIND", () => {
  it.each(Object.keys(wanted))(
    "tells at %s what programs read there, and that the rest is not there",
    async (target) => {
      const { program: owner, at } = await scene();
      const names = wanted[target] ?? [];
      const { members } = await owner.send("PROPFIND", at(target), propfindBody(...names, ...absent), { Depth: "0" });
      expect(members).toHaveLength(1);
      expect(members[0]?.found.map(({ name }) => name)).toEqual(names.map((name) => name.split(":")[1]));
      const minimal = await owner.send("PROPFIND", at(target), propfindBody(...names, ...absent), {
        Depth: "0",
        Prefer: "return=minimal",
      });
      expect(minimal.text).not.toContain("404");
      const brief = await owner.send("PROPFIND", at(target), propfindBody("CS:pushkey"), { Depth: "0", Brief: "t" });
      expect([brief.status, brief.members[0]?.found]).toEqual([207, []]);
    },
  );

  it("gives all and the names of all without CalDAV's own", async () => {
    const { program: owner, path } = await scene();
    const all = await owner.send("PROPFIND", path, null, { Depth: "0" });
    expect(all.text).toContain("<D:displayname>");
    expect(all.text).not.toMatch(/<C:supported|<C:calendar-|<CS:/);
    const named = await owner.send("PROPFIND", path, body("D:propfind", "<D:propname/>"), { Depth: "0" });
    expect(named.text).toContain("<D:displayname/>");
    expect(named.text).toContain("<CS:getctag/>");
  });

  it("gives no text of an event, which only reports tell, and not an empty one either", async () => {
    const { program: owner, path } = await scene();
    const asked = propfindBody("D:getetag", "C:calendar-data");
    const { members, text } = await owner.send("PROPFIND", path, asked, { Depth: "1" });
    expect(members.length).toBeGreaterThan(2);
    const missing = "<D:prop><C:calendar-data/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status>";
    // The calendar itself has no ETag either.
    expect(text.split(missing)).toHaveLength(members.length);
  });

  it("takes both spellings of a last slash, and percent signs in either case", async () => {
    const {
      program: owner,
      path,
      owner: { account },
    } = await scene();
    const escaped = path.replace(
      account.id,
      account.id.replace(/^./, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    );
    for (const address of [path, path.slice(0, -1), escaped]) {
      const { members } = await owner.send("PROPFIND", address, propfindBody("D:resourcetype"), { Depth: "0" });
      expect(members.map(({ href }) => href)).toEqual([path]);
    }
  });

  it("refuses endless depth, other documents and such as only cost", async () => {
    const { program: owner, path } = await scene();
    const ask = async (content: string, depth = "0") => owner.send("PROPFIND", path, content, { Depth: depth });
    const endless = await ask(propfindBody("D:getetag"), "infinity");
    expect([endless.status, endless.text.includes("propfind-finite-depth")]).toEqual([403, true]);
    expect((await ask("<x/>")).status).toBe(400);
    expect((await ask("<D:propfind xmlns:D='DAV:'>")).status).toBe(400);
    expect((await ask(`<!DOCTYPE x [<!ENTITY a "b">]>${propfindBody("D:getetag")}`)).status).toBe(400);
    expect((await ask("<a>".repeat(100) + "</a>".repeat(100))).status).toBe(400);
    expect((await ask(`${propfindBody("D:getetag")}${" ".repeat(2 * 1024 * 1024)}`)).status).toBe(413);
    expect((await ask(propfindBody("D:getetag"), "2")).status).toBe(400);
  });

  it("reads names by their namespace, whatever the prefix", async () => {
    const { program: owner, path } = await scene();
    const content =
      '<A:propfind xmlns:A="DAV:"><A:prop><getctag xmlns="http://calendarserver.org/ns/"/><B:calendar-color xmlns:B="http://apple.com/ns/ical/"/></A:prop></A:propfind>';
    const { members } = await owner.send("PROPFIND", path, content, { Depth: "0" });
    expect(members[0]?.found.map(({ name }) => name)).toEqual(["getctag", "calendar-color"]);
  });

  it("lets nobody write but an answer, and that only where decisions are on", async () => {
    const { program: owner, path, at } = await scene();
    const ask = async (address: string) =>
      (await owner.send("PROPFIND", address, propfindBody("D:current-user-privilege-set"), { Depth: "0" })).members[0];
    expect([mayWrite(await ask(path)), mayWrite(await ask(at("HOME"))), mayWrite(await ask(at("INBOX")))]).toEqual([
      true,
      false,
      false,
    ]);
    const set = findProperty(await ask(path), "current-user-privilege-set");
    expect(set?.children.map(({ children }) => children[0]?.name)).toEqual([
      "read",
      "read-current-user-privilege-set",
      "write-content",
      "read-free-busy",
    ]);
  });

  it("gives the mail address first, and one home", async () => {
    const {
      world,
      program: owner,
      at,
      owner: { account },
    } = await scene();
    const { members } = await owner.send(
      "PROPFIND",
      at("PRINCIPAL"),
      propfindBody("C:calendar-user-address-set", "C:calendar-home-set"),
      { Depth: "0" },
    );
    const addresses = findProperty(members[0], "calendar-user-address-set", caldavSpace)?.children.map(
      ({ text }) => text,
    );
    expect(addresses).toEqual([`mailto:${calendarUserAddress(world.deps, account)}`, at("PRINCIPAL")]);
    expect(findProperty(members[0], "calendar-home-set", caldavSpace)?.children.map(({ text }) => text)).toEqual([
      at("HOME"),
    ]);
  });
});

describe("PROPPATCH", () => {
  const patch = (inside: string, how = "set") =>
    body("D:propertyupdate", `<D:${how}><D:prop>${inside}</D:prop></D:${how}>`);
  const colour = "<A:calendar-color>#112233FF</A:calendar-color>";

  it("keeps colour and order for the person alone", async () => {
    const { program: owner, path, world, feed } = await scene();
    const kept = await owner.send("PROPPATCH", path, patch(`${colour}<A:calendar-order>7</A:calendar-order>`));
    expect([kept.status, kept.text.includes("200 OK"), kept.text.includes("403")]).toEqual([207, true, false]);
    const ask = async (one: typeof owner, address: string) => {
      const { members } = await one.send("PROPFIND", address, propfindBody("A:calendar-color", "A:calendar-order"), {
        Depth: "0",
      });
      return [
        propertyText(members[0], "calendar-color", appleSpace),
        propertyText(members[0], "calendar-order", appleSpace),
      ];
    };
    expect(await ask(owner, path)).toEqual(["#112233FF", "7"]);
    const colleague = await signedIn(world, world.sample.tokens.providerManager);
    expect(await ask(colleague.program, `/dav/calendars/${colleague.account.id}/${feed.id}/`)).toEqual([
      "#008080FF",
      null,
    ]);
    await owner.send("PROPPATCH", path, patch("<A:calendar-color/>", "remove"));
    expect(await ask(owner, path)).toEqual(["#008080FF", "7"]);
  });

  it("refuses all else inside, and then does nothing", async () => {
    const { program: owner, path, at } = await scene();
    for (const inside of [
      "<D:displayname>Mine</D:displayname>",
      `${colour}<C:calendar-timezone>x</C:calendar-timezone>`,
      "<A:calendar-color>red</A:calendar-color>",
    ]) {
      const answer = await owner.send("PROPPATCH", path, patch(inside));
      expect([answer.status, answer.text.includes("403 Forbidden")]).toEqual([207, true]);
    }
    const { members } = await owner.send("PROPFIND", path, propfindBody("A:calendar-color"), { Depth: "0" });
    expect(propertyText(members[0], "calendar-color", appleSpace)).toBe("#008080FF");
    for (const target of ["/", "/dav/", "HOME", "PRINCIPAL"]) {
      if (target !== "/") expect((await owner.send("PROPPATCH", at(target), patch(colour))).status).toBe(207);
    }
  });
});

it("asks everybody for credentials, and challenges with Basic", async () => {
  const { world, path } = await scene();
  for (const method of ["PROPFIND", "REPORT", "GET", "PUT", "DELETE", "PROPPATCH"]) {
    const { status, headers } = await program(world, null).send(method, path);
    expect([method, status, headers.get("WWW-Authenticate")?.slice(0, 6)]).toEqual([method, 401, "Basic "]);
  }
});

it("sends nothing and tells nobody's time through the outbox", async () => {
  const { program: owner, at } = await scene();
  const request =
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nATTENDEE:mailto:a@example.org\r\nATTENDEE:mailto:b&c@example.org\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
  const { status, text } = await owner.send("POST", at("OUTBOX"), request);
  expect([status, text.match(/<C:request-status>5\.3;/g)?.length]).toEqual([200, 2]);
  expect(text).toContain("b&amp;c@example.org");
});
