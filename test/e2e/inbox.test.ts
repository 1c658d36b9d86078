import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SampleBooking } from "../../src/demo/bookings.ts";
import { requestTo } from "../waldur-answers.ts";
import { until } from "../until.ts";
import { missingChromium, openChromium } from "./support/chromium.ts";
import { follow } from "./support/follow.ts";
import { faultsOf, looksOn } from "./support/page-faults.ts";
import { atOwnAddress, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

const skipped = missingChromium !== "" && process.env["CI"] === undefined;
const hour = 3600;
const day = 24 * hour;

describe.skipIf(skipped).each(runtimes)(
  `the first page in Chromium, service on $runtime${skipped ? ` (${missingChromium})` : ""}`,
  ({ open, runtime }) => {
    let waldur: ServedSample;
    let service: Running;
    let browser: Browser;

    beforeAll(async () => {
      waldur = await serveSample();
      // The service's own account manages another provider: nobody has asked for this one's list, and there is no calendar of it.
      service = await open(waldur.url, waldur.sample.tokens.otherProviderOwner, atOwnAddress);
      browser = await openChromium();
    });
    afterAll(async () => {
      await browser.close();
      await service.close();
      await waldur.close();
    });

    const signIn = async (options: BrowserContextOptions = {}): Promise<Page> => {
      const context = await browser.newContext({ locale: "en", javaScriptEnabled: false, ...options });
      const page = await context.newPage();
      await page.goto(service.url);
      await page.getByLabel("Waldur token").fill(waldur.sample.tokens.providerOwner);
      await follow(page.getByRole("button", { name: "Sign in" }));
      return page;
    };
    /** A request to the first provider, of an hour, so many days and hours from now. */
    const ask = (name: string, days: number, hours = 0, change: { approved?: boolean } = {}): SampleBooking => {
      const booking = requestTo(waldur.sample, { name, ...change });
      const start = Math.floor(Date.now() / 1000 / hour) * hour + days * day + hours * hour;
      const move = <T>(all: readonly T[]): T[] => all.slice(0, 1).map((one) => ({ ...one, start, end: start + hour }));
      return Object.assign(booking, { schedules: move(booking.schedules), slots: move(booking.slots) });
    };
    const shown = async (page: Page, path: string, name: string): Promise<boolean> => {
      await page.goto(service.url + path);
      return page.getByRole("link", { name, exact: true }).isVisible();
    };
    /** Lets the service run until the page has it. */
    const see = async (page: Page, path: string, name: string): Promise<void> => {
      await until(async () => {
        await service.turn();
        return shown(page, path, name);
      });
    };
    const card = (page: Page, name: string) =>
      page.locator("li.request", { has: page.getByRole("link", { name, exact: true }) });
    const counts = async (page: Page): Promise<number[]> =>
      (await page.locator(".tabs strong").allTextContents()).map(Number);

    it("counts what Waldur holds as soon as a manager has signed in, without a calendar", async () => {
      const page = await signIn();
      // Time goes on, and ends some of them.
      const held = (): number[] => {
        const nowAt = Date.now() / 1000;
        const parts = [0, 0, 0];
        for (const { state, offering, orders, slots, schedules } of waldur.sample.bookings) {
          if (state !== "Creating" || offering.customer.uuid !== waldur.sample.providerUuid) continue;
          const ends = (slots.length > 0 ? slots : schedules).map(({ start, end }) => Math.max(start, end));
          const part = Math.max(...ends) <= nowAt ? 2 : orders[0].state === "executing" ? 0 : 1;
          parts[part] = (parts[part] ?? 0) + 1;
        }
        return parts;
      };
      const expected = await until(async () => {
        await service.turn();
        await page.goto(service.url);
        const parts = held();
        return JSON.stringify(await counts(page)) === JSON.stringify(parts) && parts;
      });
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(
        `${expected[0]} requests wait for your answer`,
      );
      await follow(page.getByRole("link", { name: "Calendars" }));
      expect(await page.getByRole("link", { name: "Create a calendar: Sample Imaging Centre" }).isVisible()).toBe(true);
      await page.context().close();
    });

    it("has one click from signing in to an accepted request, and three to a calendar that is subscribed to", async () => {
      const page = await signIn();
      const first = page.getByRole("button", { name: /^Accept: / }).first();
      const name = ((await first.getAttribute("aria-label")) ?? "").replace("Accept: ", "");
      await follow(first);
      expect(await card(page, name).getByText("Accepted. The booking is confirmed").isVisible()).toBe(true);
      // What is to have the focus gets it when the page is drawn, which is after it is loaded.
      await expect
        .poll(() => page.evaluate("document.activeElement.closest('h2')?.parentElement?.className ?? ''"))
        .toBe("head");
      // Enter pressed once too often answers nothing that nobody has looked at.
      const [left = 0] = await counts(page);
      await Promise.all([page.waitForURL(/\/bookings\/[0-9a-f]{32}$/), page.keyboard.press("Enter")]);
      await page.goto(service.url);
      expect((await counts(page))[0]).toBe(left);
      await page.goto(service.url);
      await follow(page.getByRole("link", { name: "Create a calendar" }));
      await follow(page.getByRole("button", { name: "Create the calendar" }));
      await service.turn();
      await page.reload();
      const links = page.locator('a[href^="webcal:"], a[href^="https://calendar.google.com/"]');
      expect(await links.count()).toBeGreaterThan(0);
      await page.context().close();
    });

    it("answers five kinds of requests, each in its words", async () => {
      const page = await signIn();
      ask("Kind free", 200);
      ask("Kind overlapping", 201);
      ask("Kind beside", 201);
      const early = ask("Kind early", 202, 0, { approved: false });
      const elsewhere = ask("Kind elsewhere", 203);
      ask("Kind over", -3);
      for (const name of ["free", "overlapping", "beside", "elsewhere"])
        await see(page, "/?part=decide&words=kind", `Kind ${name}`);
      await see(page, "/?part=over&words=kind", "Kind over");
      expect(await card(page, "Kind over").textContent()).toContain("This time is over.");
      expect(await page.getByRole("button", { name: /^Accept/ }).count()).toBe(0);
      await see(page, "/?part=waiting&words=kind", "Kind early");
      expect(await card(page, "Kind early").textContent()).toContain("waits for approval by the customer");
      expect(
        await card(page, "Kind early")
          .getByRole("link", { name: /Open the order in Waldur/ })
          .count(),
      ).toBe(1);
      expect(await card(page, "Kind early").getByRole("button").count()).toBe(0);

      await page.goto(`${service.url}/?part=decide&words=kind`);
      await follow(page.getByRole("button", { name: "Accept: Kind free" }));
      expect(await card(page, "Kind free").textContent()).toContain("Accepted. The booking is confirmed");
      await follow(page.getByRole("link", { name: "Accept…: Kind overlapping" }));
      expect(await page.locator("main").textContent()).toContain("Kind beside");
      await follow(page.getByRole("button", { name: "Accept all the same" }));
      expect(await card(page, "Kind overlapping").textContent()).toContain("Accepted. The booking is confirmed");
      waldur.sample.reject(elsewhere.uuid);
      await follow(page.getByRole("button", { name: "Accept: Kind elsewhere" }));
      expect(await card(page, "Kind elsewhere").textContent()).toContain(
        "Meanwhile this booking was decided otherwise",
      );
      expect(waldur.sample.find(early.uuid)?.state).toBe("Creating");
      await page.context().close();
    });

    it("pages through 120 requests, each on one page, and accepts fifteen of which one cannot be", async () => {
      const page = await signIn();
      const many = Array.from({ length: 120 }, (_, n) => ask(`Many ${n}`, 300, 2 * n));
      await see(page, "/?part=decide&words=many&order=latest", "Many 119");
      const names: string[] = [];
      await page.goto(`${service.url}/?part=decide&words=many`);
      for (let pages = 0; pages < 8; pages += 1) {
        expect((await page.content()).length).toBeLessThan(50_000);
        names.push(...(await page.locator("li.request h2").allTextContents()));
        if (pages === 7) continue;
        await follow(page.getByRole("link", { name: "Next" }));
      }
      expect(names).toEqual(many.map(({ name }) => name));
      await page.goto(`${service.url}/?part=decide&words=many`);
      await follow(page.getByRole("link", { name: /^Tick all 15/ }));
      waldur.sample.reject(many[7]?.uuid ?? "");
      await follow(page.getByRole("button", { name: "Accept the ticked" }));
      let failures = await page.locator(".note li").allTextContents();
      const more = page.getByRole("button", { name: /^Go on/ });
      while (await more.isVisible()) {
        await follow(more);
        failures = [...failures, ...(await page.locator(".note li").allTextContents())];
      }
      expect(failures).toEqual([expect.stringMatching(/^Many 7: Meanwhile this booking was decided otherwise/)]);
      const accepted = many.slice(0, 15).filter(({ uuid }) => waldur.sample.find(uuid)?.state === "OK");
      expect(accepted).toHaveLength(14);
      await page.context().close();
    });

    it.each(looksOn(runtime))(
      "is in order for axe-core, and three cards fit a phone: $width pixels, $colorScheme",
      async ({ width, colorScheme }) => {
        const page = await signIn({ javaScriptEnabled: true, viewport: { width, height: 844 }, colorScheme });
        const found: Record<string, string[]> = {};
        const heights = new Set<number>();
        const look = async (path: string): Promise<void> => {
          await page.goto(service.url + path);
          found[path] = await faultsOf(page);
          heights.add(Math.round((await page.locator("header.top").boundingBox())?.height ?? 0));
        };
        await look("/?part=decide&words=many");
        const tops = page.locator("li.request");
        const [first, fourth] = [await tops.nth(0).boundingBox(), await tops.nth(width < 900 ? 3 : 6).boundingBox()];
        expect((fourth?.y ?? 0) - (first?.y ?? 0)).toBeLessThanOrEqual(844);
        const link =
          (await page
            .getByRole("link", { name: /^Reject/ })
            .first()
            .getAttribute("href")) ?? "";
        const own = link.split("/").slice(0, 3).join("/");
        for (const path of [
          "/",
          "/?part=waiting",
          "/?part=over",
          "/?words=nothing",
          "/?ticked=all",
          link,
          own,
          "/calendars",
          "/history",
        ]) {
          await look(path);
        }
        expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([]);
        expect(heights.size).toBe(1);
        await page.context().close();
      },
    );
  },
);
