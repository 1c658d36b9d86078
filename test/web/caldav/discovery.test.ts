import { expect, it } from "vitest";
import { propertyText } from "../../../src/caldav/multistatus.ts";
import { makeWorld } from "../../world.ts";
import { type Program, program, propfindBody, signedIn } from "./program.ts";

it("leads from the host to the calendars, as RFC 6764 has it", async () => {
  const world = await makeWorld({ bookings: 3 });
  const feed = await world.addFeed();
  await world.tick();
  const { program: owner, account } = await signedIn(world, world.sample.tokens.providerOwner);
  const moved = await owner.send("PROPFIND", "/.well-known/caldav");
  expect([moved.status, moved.headers.get("Location")]).toEqual([301, "/dav/"]);
  const root = await owner.send("PROPFIND", "/dav/", propfindBody("D:current-user-principal"), { Depth: "0" });
  expect(root.text).toContain(`/dav/principals/${account.id}/`);
  const home = await owner.send("PROPFIND", `/dav/calendars/${account.id}/`, propfindBody("D:displayname"), {
    Depth: "1",
  });
  expect(home.members.map(({ href }) => href)).toContain(`/dav/calendars/${account.id}/${feed.id}/`);
  expect(home.members.map((member) => propertyText(member, "displayname"))).toContain(feed.profile.name);
});

it("answers OPTIONS with 200 and a DAV field that begins with 1, whoever asks", async () => {
  const world = await makeWorld({ bookings: 1 });
  for (const path of ["/", "/dav", "/dav/", "/dav/principals/x/", "/dav/calendars/x/", "/dav/calendars/x/y/"]) {
    const { status, headers } = await program(world, null).send("OPTIONS", path);
    expect([path, status, headers.get("DAV")?.slice(0, 2)]).toEqual([path, 200, "1,"]);
    expect(headers.get("DAV")).toMatch(/calendar-access, calendar-auto-schedule/);
  }
});

it("answers OPTIONS with 404 where nothing can be: GNOME's accounts would take it for a Nextcloud", async () => {
  const world = await makeWorld({ bookings: 1 });
  for (const path of ["/dav/remote.php/dav", "/dav/calendars/x/y/z.ics/more", "/dav/principals/x/y"]) {
    const { status, headers } = await program(world, null).send("OPTIONS", path);
    expect([path, status, headers.get("Allow")]).toEqual([path, 404, null]);
  }
});

it("tells GNOME's accounts by OPTIONS whether a password is right: they ask nothing else", async () => {
  const world = await makeWorld({ bookings: 1 });
  const { program: owner } = await signedIn(world, world.sample.tokens.providerOwner);
  const wrong = program(world, { user: owner.user, password: "wrong" });
  const ask = async (who: Program) =>
    who.send("OPTIONS", "/dav/", null, { "User-Agent": "gnome-online-accounts/3.54.5 libsoup/3.6.5" });
  const answers = await Promise.all([program(world, null), wrong, owner].map(ask));
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
  expect(answers[0]?.headers.get("WWW-Authenticate")).toMatch(/^Basic/);
  expect(answers[2]?.headers.get("DAV")).toContain("calendar-access");
});
