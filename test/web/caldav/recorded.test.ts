import { describe, expect, it } from "vitest";
import { propertyText } from "../../../src/caldav/multistatus.ts";
import { makeWorld } from "../../world.ts";
import { origin } from "../visitor.ts";
import { body, calendarPath, program, propfindBody, signedIn } from "./program.ts";

// Programs that cannot run here: what they ask, in their order, as their sources and reports tell.

const appleHeaders = { Brief: "t", Prefer: "return=minimal", "Content-Type": "text/xml" };
const appleHome = propfindBody(
  ...`D:add-member CS:allowed-sharing-modes A:autoprovisioned CS:bulk-requests C:calendar-alarm
  A:calendar-color C:calendar-description C:calendar-free-busy-set A:calendar-order C:calendar-timezone
  D:current-user-privilege-set C:default-alarm-vevent-date D:displayname CS:getctag CS:invite D:owner
  CS:pre-publish-url CS:publish-url CS:push-transports CS:pushkey D:quota-available-bytes
  D:quota-used-bytes A:refreshrate D:resource-id D:resourcetype C:schedule-calendar-transp
  C:schedule-default-calendar-URL CS:source CS:subscribed-strip-alarms
  C:supported-calendar-component-set D:supported-report-set D:sync-token`.split(/\s+/),
);

async function begin() {
  const world = await makeWorld({ bookings: 12 });
  const feed = await world.addFeed({ name: "Microscopes" });
  await world.tick();
  const { account, program: owner } = await signedIn(world, world.sample.tokens.providerOwner);
  return { world, feed, account, owner, path: calendarPath(account, feed), home: `/dav/calendars/${account.id}/` };
}

describe("iOS and macOS", () => {
  it("set up an account from the host alone, ask without credentials first, and read the calendar", async () => {
    const { world, account, owner, path, home } = await begin();
    const first = propfindBody("D:current-user-principal", "D:principal-URL", "D:resourcetype");
    const nobody = program(world, null);
    const moved = await nobody.send("PROPFIND", "/.well-known/caldav", first, { ...appleHeaders, Depth: "0" });
    expect([301, 308]).toContain(moved.status);
    const target = new URL(moved.headers.get("Location") ?? "", origin).pathname;
    const asked = await nobody.send("PROPFIND", target, first, { ...appleHeaders, Depth: "0" });
    expect([asked.status, asked.headers.get("WWW-Authenticate")?.startsWith("Basic")]).toEqual([401, true]);
    const principal = `/dav/principals/${account.id}/`;
    for (const place of [target, "/"]) {
      const found = await owner.send("PROPFIND", place, first, { ...appleHeaders, Depth: "0" });
      expect([found.status, found.text.includes(principal), found.text.includes("404")]).toEqual([207, true, false]);
    }
    expect((await owner.send("OPTIONS", principal)).headers.get("DAV")).toContain("calendar-auto-schedule");
    const about = await owner.send(
      "PROPFIND",
      principal,
      propfindBody(
        ...`C:calendar-home-set C:calendar-user-address-set D:current-user-principal D:displayname
  CS:dropbox-home-URL CS:email-address-set CS:notification-URL D:principal-collection-set
  C:schedule-inbox-URL C:schedule-outbox-URL D:supported-report-set`.split(/\s+/),
      ),
      { ...appleHeaders, Depth: "0" },
    );
    expect(about.text.split(home)).toHaveLength(4);
    expect(about.text).toContain("mailto:");
    const listed = await owner.send("PROPFIND", home, appleHome, { ...appleHeaders, Depth: "1" });
    const [own] = listed.members.filter(({ href }) => href === path);
    expect(own === undefined ? "" : propertyText(own, "displayname")).toBe("Microscopes");
    expect(listed.text).not.toMatch(/<D:status>HTTP\/1\.1 404/);
    for (const place of ["/", home, path]) {
      const patch = body("D:propertyupdate", "<D:set><D:prop><A:calendar-order>1</A:calendar-order></D:prop></D:set>");
      expect((await owner.send("PROPPATCH", place, patch, appleHeaders)).status).toBe(207);
    }
    const inbox = await owner.send("PROPFIND", `${home}inbox/`, propfindBody("CS:getctag", "D:sync-token"), {
      ...appleHeaders,
      Depth: "0",
    });
    expect(inbox.status).toBe(207);
    const sync = await owner.send(
      "REPORT",
      path,
      body("D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>"),
      appleHeaders,
    );
    const hrefs = sync.members.map(({ href }) => `<D:href>${href}</D:href>`);
    expect(hrefs.length).toBeGreaterThan(5);
    const read = await owner.send(
      "REPORT",
      path,
      body("C:calendar-multiget", `<D:prop><D:getetag/><C:calendar-data/></D:prop>${hrefs.join("")}`),
      { ...appleHeaders, Depth: "1" },
    );
    expect(read.text.match(/BEGIN:VEVENT/g)).toHaveLength(hrefs.length);
  });
});

describe("DAVx5", () => {
  it("finds the calendars from the address, looks for contacts and Nextcloud in vain, and asks by time", async () => {
    const { owner, account, path, home } = await begin();
    const setup = propfindBody(
      ...`D:resourcetype D:displayname D:current-user-principal D:current-user-privilege-set
  C:calendar-home-set C:supported-calendar-component-set A:calendar-color C:calendar-timezone`.split(/\s+/),
    );
    const principal = `/dav/principals/${account.id}/`;
    expect((await owner.send("PROPFIND", "/dav/", setup, { Depth: "0" })).text).toContain(principal);
    for (const place of ["/.well-known/carddav", "/remote.php/dav"]) {
      expect([404, 405]).toContain((await owner.send("PROPFIND", place, setup, { Depth: "0" })).status);
    }
    expect((await owner.send("OPTIONS", principal)).headers.get("DAV")).toContain("calendar-access");
    expect((await owner.send("PROPFIND", principal, setup, { Depth: "0" })).text).toContain(home);
    const listed = await owner.send("PROPFIND", home, setup, { Depth: "1" });
    expect(listed.members.map(({ href }) => href)).toContain(path);
    const state = propfindBody("D:supported-report-set", "D:sync-token", "CS:getctag", "C:max-resource-size");
    expect((await owner.send("PROPFIND", path, state, { Depth: "0" })).text).toContain("sync-token>urn:");
    const query = async (component: string, start: string) =>
      owner.send(
        "REPORT",
        path,
        body(
          "C:calendar-query",
          `<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="${component}"><C:time-range start="${start}"/></C:comp-filter></C:comp-filter></C:filter>`,
        ),
        { Depth: "1" },
      );
    const events = await query("VEVENT", "20261001T000000Z");
    expect(events.members.length).toBeGreaterThan(5);
    expect((await query("VEVENT", "20990101T000000Z")).members).toEqual([]);
    expect((await query("VTODO", "20261001T000000Z")).members).toEqual([]);
    const hrefs = events.members.slice(0, 10).map(({ href }) => `<D:href>${href}</D:href>`);
    const read = await owner.send(
      "REPORT",
      path,
      body(
        "C:calendar-multiget",
        `<D:prop><D:getcontenttype/><D:getetag/><C:schedule-tag/><C:calendar-data/></D:prop>${hrefs.join("")}`,
      ),
    );
    expect(read.text.match(/BEGIN:VEVENT/g)).toHaveLength(hrefs.length);
  });
});
