import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openOutside } from "../../../src/node/outside.ts";
import { programs, startRadicale, user } from "../../dav-server/programs.ts";
import { lineTo, makeBench } from "./bench.ts";
import { describeContract, eventText, kindOf, valueOf } from "./suite.ts";
import { realTargets } from "./targets.ts";

it("has servers to talk to where everything must be installed", () => {
  expect(process.env["CI"] !== "true" || realTargets.length >= 4).toBe(true);
});

for (const target of realTargets) describeContract(target);

/** A Radicale rights file under which nobody may write. */
const readOnly = [
  "[root]",
  "user: .+",
  "collection:",
  "permissions: R",
  "[rest]",
  "user: .+",
  "collection: {user}(/[^/]+)?",
  "permissions: rR",
  "",
].join("\n");

const generations = [programs.radicale, programs.newRadicale].filter((program) => program !== null);

describe.each(generations)("a calendar that may only be read, on %s", (program) => {
  it("is found as that, gets no probe, and refuses changes as that", async () => {
    const server = await startRadicale(program, readOnly);
    const outside = openOutside(() => true);
    try {
      const folder = join(server.folder, "data/collection-root/alice/bookings");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, ".Radicale.props"), '{"tag": "VCALENDAR"}');
      await writeFile(join(folder, "x.ics"), eventText("x"));
      const account = { start: `${server.url}/`, credentials: { kind: "password", ...user } } as const;
      const bench = makeBench(lineTo(account, outside.fetch));
      const url = `${server.url}/alice/bookings/`;
      const port = bench.port(url);
      const [{ href, etag } = { href: "", etag: "" }] = valueOf(await port.list());
      const discovery = await bench.discover(url);
      expect(
        "found" in discovery ? discovery.found.calendars.map(({ notWritable }) => notWritable) : discovery,
      ).toEqual(["this calendar may only be read with these credentials"]);
      const outcomes = [
        await bench.probe(url),
        await port.create("y.ics", eventText("y")),
        await port.update(href, etag ?? "", eventText("x", "Changed")),
        await port.remove(href, etag ?? ""),
      ];
      expect(outcomes.map(kindOf)).toEqual(["read-only", "read-only", "read-only", "read-only"]);
      expect(valueOf(await port.read([href])).get(href)?.body).toContain("SUMMARY:Booking");
    } finally {
      await outside.close();
      await server.close();
    }
  });
});

/** A Radicale rights file of shares: events of one may be written, and no others be made. */
const shares = [
  "[root]",
  "user: .+",
  "collection:",
  "permissions: R",
  "[home]",
  "user: .+",
  "collection: {user}",
  "permissions: R",
  "[calendars]",
  "user: .+",
  "collection: {user}/bookings",
  "permissions: rw",
  "",
].join("\n");

describe.each(generations)("a calendar that is shared to be written to, on %s", (program) => {
  it("is taken by the probe, and no other can be made beside it", async () => {
    const server = await startRadicale(program, shares);
    const outside = openOutside(() => true);
    try {
      const folder = join(server.folder, "data/collection-root/alice/bookings");
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, ".Radicale.props"), '{"tag": "VCALENDAR"}');
      const account = { start: `${server.url}/`, credentials: { kind: "password", ...user } } as const;
      const bench = makeBench(lineTo(account, outside.fetch));
      const discovery = await bench.discover(`${server.url}/alice/bookings`);
      expect(discovery).toMatchObject({
        found: { itself: `${server.url}/alice/bookings/`, calendars: [{ notWritable: null }] },
      });
      expect(valueOf(await bench.probe(`${server.url}/alice/bookings/`))).toMatchObject({ honoursIfMatch: true });
      expect(valueOf(await bench.port(`${server.url}/alice/bookings/`).list())).toEqual([]);
      expect(kindOf(await bench.makeCalendar(`${server.url}/alice/`, "Bookings"))).toBe("missing");
    } finally {
      await outside.close();
      await server.close();
    }
  });
});
