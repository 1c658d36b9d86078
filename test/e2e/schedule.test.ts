import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readText } from "../../src/store/sql/row.ts";
import { encodeBooking, writeBookings } from "../../src/store/bookings/write-bookings.ts";
import { bookingOf, uuidOf, writeOf } from "../rows.ts";
import { missingChromium, openChromium } from "./support/chromium.ts";
import { follow } from "./support/follow.ts";
import { openForm } from "./support/open-form.ts";
import { faultsOf } from "./support/page-faults.ts";
import { atOwnAddress, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

const skipped = missingChromium !== "" && process.env["CI"] === undefined;

const daySeconds = 86_400;
const manyEvents = 600;
const views = ["day", "week", "offerings-day", "offerings-week"] as const;

/** Monday of this week, 00:00 UTC, epoch seconds: 1970 began on a Thursday. */
function mondayOf(nowAt: number): number {
  const day = Math.floor(nowAt / daySeconds);
  return (day - ((day + 3) % 7)) * daySeconds;
}

/** Puts bookings of twelve instruments all over the week from a Monday on into a list, as a run would; one is of a whole day. */
async function fillWeek({ sql }: Running, sourceId: string, monday: number): Promise<void> {
  const rows = Array.from({ length: manyEvents }, (_, n) => {
    const start = monday + (n % 7) * daySeconds + (7 + (Math.floor(n / 7) % 11)) * 3600;
    const [from, to] = n === 0 ? [monday, monday + daySeconds] : [start, start + 3600 * (1 + (n % 3))];
    const booking = bookingOf(0x10_00_00 + n, {
      name: `Series ${n}`,
      state: n % 3 === 0 ? "Creating" : "OK",
      offeringUuid: uuidOf(0x50_00 + (n % 12)),
      offeringName: `Instrument ${n % 12}`,
      slots: [{ start: from, end: to, backendId: `slot-${n}` }],
    });
    return encodeBooking({ ...writeOf(booking), sourceId });
  });
  await sql.batch([writeBookings(JSON.stringify(rows))]);
}

describe.skipIf(skipped).each(runtimes)(
  `the calendar in Chromium, service on $runtime${skipped ? ` (${missingChromium})` : ""}`,
  ({ open, runtime }) => {
    let waldur: ServedSample;
    let service: Running;
    let browser: Browser;
    let signedIn: Awaited<ReturnType<BrowserContext["storageState"]>>;
    let feed = "";
    let sourceId = "";
    let filled = 0;

    beforeAll(async () => {
      waldur = await serveSample(20);
      service = await open(waldur.url, waldur.sample.tokens.otherProviderOwner, atOwnAddress);
      browser = await openChromium();
      const context = await browser.newContext({ locale: "en" });
      const page = await context.newPage();
      await openForm(page, service.url, waldur.sample.tokens.providerOwner);
      await follow(page.getByRole("button", { name: "Create the calendar" }));
      feed = new URL(page.url()).pathname;
      await service.turn();
      const row = await service.sql.first("SELECT id FROM sources WHERE scope_uuid = ?1", waldur.sample.providerUuid);
      sourceId = row === null ? "" : readText(row, "id");
      signedIn = await context.storageState();
      await context.close();
    });
    // A week can begin while the tests run.
    beforeEach(async () => {
      const monday = mondayOf(Date.now() / 1000);
      if (monday !== filled) await fillWeek(service, sourceId, monday);
      filled = monday;
    });
    afterAll(async () => {
      await browser.close();
      await service.close();
      await waldur.close();
    });

    /** Opens a page as the person who is signed in, and notes what the browser complains of. */
    const visit = async (path: string, options: BrowserContextOptions = {}) => {
      const context = await browser.newContext({ locale: "en", storageState: signedIn, ...options });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.text().includes("Security Policy")) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(service.url + path);
      return { context, page, complaints };
    };
    const events = (page: Page) => page.locator("#grid .ec-event");
    const drawn = async (page: Page): Promise<void> => {
      await events(page).first().waitFor();
      await page.locator("#list").waitFor({ state: "hidden" });
    };

    it.each([
      { width: 1280, colorScheme: "light" },
      { width: 390, colorScheme: "dark" },
    ] as const)(
      "draws 600 events by day, week and offering, $width pixels, $colorScheme: axe-core and the policy complain of nothing",
      async ({ width, colorScheme }) => {
        const found: Record<string, unknown> = {};
        const counts: Record<string, number> = {};
        for (const view of views) {
          const { context, page, complaints } = await visit(`/schedule/${view}`, {
            viewport: { width, height: 844 },
            colorScheme,
          });
          await drawn(page);
          await expect.poll(() => events(page).count()).toBeGreaterThan(view.endsWith("day") ? 80 : manyEvents - 1);
          counts[view] = await events(page).count();
          // axe-core looks at fifty of them.
          await page.goto(`${service.url}/schedule/${view}?offering=${uuidOf(0x50_03)}`);
          await drawn(page);
          found[view] = [...complaints, ...(await faultsOf(page))];
          await context.close();
        }
        expect(found).toEqual(Object.fromEntries(views.map((view) => [view, []])));
        expect(counts["offerings-week"]).toBe(counts["week"]);
        expect(counts["offerings-day"]).toBe(counts["day"]);
      },
    );

    it("shows today, now, whole days above the hours, and what is past, pending or overlaps", async () => {
      const { context, page } = await visit("/schedule/week", { viewport: { width: 1280, height: 844 } });
      await drawn(page);
      expect(await page.locator(".ec-col-head.ec-today").count()).toBe(1);
      expect(await page.locator(".ec-now-indicator").count()).toBe(1);
      expect(await page.locator(".ec-all-day .ec-event").allTextContents()).toEqual([
        expect.stringMatching(/Series 0 pending/),
      ]);
      const named = (name: string) => events(page).filter({ has: page.getByText(name, { exact: true }) });
      const line = await named("Series 6").evaluate((event) => getComputedStyle(event).borderTopStyle);
      expect(line).toBe("dashed");
      // Both are on Monday from 08:00 on; one stands beside the other.
      // Read at the same moment: the grid scrolls to the hours that are looked at.
      const boxes = await events(page).evaluateAll((all) =>
        all
          .filter((event) =>
            [...event.querySelectorAll("span")].some((one) => /^Series (?:7|84)$/.test(one.textContent)),
          )
          .map((event) => event.getBoundingClientRect())
          .map(({ x, y, width }) => ({ x, y, width })),
      );
      const [one, other] = boxes.toSorted((a, b) => a.x - b.x);
      expect([boxes.length, one?.y]).toEqual([2, other?.y]);
      expect((one?.x ?? 0) + (one?.width ?? 0)).toBeLessThanOrEqual((other?.x ?? 0) + 1);
      await context.close();
    });

    it("takes the keyboard to an event, shows all of it there, and opens its page", async () => {
      const { context, page } = await visit("/schedule/week", { viewport: { width: 1280, height: 844 } });
      await drawn(page);
      const link = page.getByRole("link", { name: /\d\d:\d\d–\d\d:\d\d Series 8 overlaps/ });
      await link.focus();
      const cut = async () => link.evaluate((one) => one.scrollHeight - (one.closest("article")?.clientHeight ?? 0));
      await expect.poll(cut).toBeLessThanOrEqual(0);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 1, name: "Series 8" }).waitFor();
      expect(new URL(page.url()).pathname).toBe(`/bookings/${uuidOf(0x10_00_08)}`);
      await context.close();
    });

    it.each([1280, 390])("is a list without script, %d pixels: filter, days, zone and pages", async (width) => {
      const { context, page } = await visit("/schedule/week", {
        javaScriptEnabled: false,
        viewport: { width, height: 844 },
      });
      expect([await page.locator("#grid").isVisible(), await page.locator("#list .event").count()]).toEqual([
        false,
        40,
      ]);
      await page.getByText("Filter and time zone").click();
      await page.getByLabel("Offering").selectOption({ label: "Instrument 3" });
      await page.getByLabel("State").selectOption("pending");
      await follow(page.getByRole("button", { name: "Show" }));
      const listed = await page.locator("#list .event").allTextContents();
      expect(listed.length).toBeGreaterThan(5);
      expect(listed.filter((text) => !text.includes("Instrument 3") || !text.includes("pending"))).toEqual([]);
      await follow(page.getByRole("link", { name: "Later" }));
      expect(await page.locator("#list .event").count()).toBe(0);
      await follow(page.getByRole("link", { name: "Offerings, week" }));
      await follow(page.getByRole("link", { name: "Today" }));
      expect(await page.locator("#list h3").allTextContents()).toEqual(["Instrument 3"]);
      await context.close();
    });

    it("comes with a library that is kept for an hour, small on its way", async () => {
      const path = "/assets/event-calendar.min.js";
      const { headers } = await fetch(service.url + path, { headers: { "Accept-Encoding": "gzip" } });
      expect(headers.get("Cache-Control")).toBe("public, max-age=3600");
      // On Workers Cloudflare compresses, which workerd alone does not.
      if (runtime === "Node") expect(Number(headers.get("Content-Length"))).toBeLessThan(45_000);
    });

    it("stays a list, and says so, where the events cannot be fetched", async () => {
      const { context, page } = await visit("/history");
      await page.route("**/events?*", async (route) => route.fulfill({ status: 503, body: "{}" }));
      await page.goto(`${service.url}/schedule/week`);
      await page.getByText("The grid could not be drawn").waitFor();
      expect(await page.locator("#list .event").count()).toBe(40);
      await context.close();
    });

    it("keeps to a policy that lets in no style and no script of a page", async () => {
      const { context, page, complaints } = await visit(`${feed}/week`);
      await drawn(page);
      expect(complaints).toEqual([]);
      await page.evaluate("document.body.setAttribute('style', 'color: red')");
      await expect.poll(() => complaints.join()).toContain("Content Security Policy");
      await context.close();
    });
  },
);
