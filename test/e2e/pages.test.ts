import type { Browser, Page } from "playwright-core";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../until.ts";
import { missingChromium, openChromium } from "./support/chromium.ts";
import { follow } from "./support/follow.ts";
import { faultsOf, looksOn } from "./support/page-faults.ts";
import { atOwnAddress, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";
import { openForm } from "./support/open-form.ts";
import { openReceiver } from "./support/receiver.ts";

const skipped = missingChromium !== "" && process.env["CI"] === undefined;

describe.skipIf(skipped).each(runtimes)(
  `the pages in Chromium, service on $runtime${skipped ? ` (${missingChromium})` : ""}`,
  ({ open, runtime }) => {
    let waldur: ServedSample;
    let service: Running;
    let browser: Browser;
    let receiver: Awaited<ReturnType<typeof openReceiver>>;

    beforeAll(async () => {
      waldur = await serveSample();
      receiver = await openReceiver();
      // The service's own account is not the one that signs in, so that what the person makes is theirs.
      const settings = { ...atOwnAddress, CALDAV_ALLOW_HOSTS: receiver.host };
      service = await open(waldur.url, waldur.sample.tokens.otherProviderOwner, settings);
      browser = await openChromium();
    });
    afterAll(async () => {
      await browser.close();
      await service.close();
      await waldur.close();
      await receiver.close();
    });

    const makeCalendar = async (page: Page): Promise<string> => {
      await openForm(page, service.url, waldur.sample.tokens.providerOwner);
      await follow(page.getByRole("button", { name: "Preview" }));
      expect(await page.getByRole("heading", { name: "What it will show" }).count()).toBe(1);
      await follow(page.getByRole("button", { name: "Create the calendar" }));
      const path = page.url().split("?")[0] ?? "";
      expect(path).toMatch(/\/feeds\/[0-9a-f]{16}$/);
      await service.turn();
      await page.goto(path);
      return path;
    };

    it.each([
      { script: true, width: 1280 },
      { script: false, width: 390 },
    ])(
      "sign in, make a calendar, fetch it, see a request arrive, accept it: script $script, $width pixels",
      async ({ script, width }) => {
        const context = await browser.newContext({
          javaScriptEnabled: script,
          viewport: { width, height: 800 },
          locale: "en",
        });
        const page = await context.newPage();
        const path = await makeCalendar(page);
        const address = (await page.locator("code.copy").textContent()) ?? "";
        const fetched = async (): Promise<string> =>
          (
            await fetch(service.url + new URL(address).pathname, { headers: { "User-Agent": "Thunderbird/153" } })
          ).text();
        expect(await fetched()).toContain("BEGIN:VEVENT");
        await until(async () => {
          await page.goto(path);
          return page.getByText("by Thunderbird").isVisible();
        });
        const name = `Request ${width}`;
        const booking = waldur.sample.request({ name });
        await service.turn();
        await until(async () => (await fetched()).includes(`Pending: ${name}`));
        await page.goto(service.url);
        await follow(page.getByRole("button", { name: `Accept: ${name}` }));
        expect(await page.getByText("Accepted. The booking is confirmed").isVisible()).toBe(true);
        expect(waldur.sample.find(booking.uuid)?.state).toBe("OK");
        const shown = await fetched();
        expect([shown.includes(`SUMMARY:${name}`), shown.includes(`Pending: ${name}`)]).toEqual([true, false]);
        // One run of a Worker may not have the budget for both calendars of the list.
        await page.goto(path);
        await page.getByText("End this calendar").first().click();
        await page.locator("form[action$=revoke]").getByLabel("Yes, I am sure").check();
        await follow(page.locator("form[action$=revoke]").getByRole("button"));
        expect(await page.getByText("It has ended.").isVisible()).toBe(true);
        expect(await fetched()).toContain("This calendar has ended");
        await follow(page.getByRole("button", { name: "Sign out" }));
        await page.goto(path);
        expect(new URL(page.url()).pathname).toBe("/sign-in");
        await context.close();
        for (const secret of [waldur.sample.tokens.providerOwner, address.split("/")[4] ?? "?"]) {
          expect(service.logs()).not.toContain(secret);
        }
      },
    );

    it("make one calendar where the button is pressed twice while the answer takes its time", async () => {
      const context = await browser.newContext({ locale: "en" });
      const page = await context.newPage();
      await openForm(page, service.url, waldur.sample.tokens.providerOwner);
      const { promise: held, resolve: letGo } = Promise.withResolvers<null>();
      const came: string[] = [];
      await page.route("**/feeds/new**", async (route) => {
        came.push(route.request().method());
        await held;
        await route.continue();
      });
      await page.getByLabel("Name", { exact: true }).fill("Pressed twice");
      const button = page.getByRole("button", { name: "Create the calendar" });
      await button.scrollIntoViewIfNeeded();
      const { x = 0, y = 0 } = (await button.boundingBox()) ?? {};
      // A locator would wait for the answer.
      await page.mouse.click(x + 5, y + 5);
      await until(async () => came.length > 0);
      await page.mouse.click(x + 5, y + 5);
      letGo(null);
      await page.waitForURL(/\?done=made$/);
      expect(came).toEqual(["POST"]);
      await context.close();
    });

    it("add a webhook, test it, and a new request is posted there, signed", async () => {
      const context = await browser.newContext({ viewport: { width: 390, height: 800 }, locale: "en" });
      const page = await context.newPage();
      await makeCalendar(page);
      await page.goto(`${service.url}/notices`);
      const webhooks = page.locator("#webhooks");
      await webhooks.getByLabel("Kind of receiver").selectOption("json");
      await webhooks.getByLabel("Address").fill(`http://${receiver.host}/hook`);
      expect(await faultsOf(page)).toEqual([]);
      await follow(webhooks.getByRole("button", { name: "Add" }));
      const secret = (await page.locator("code.copy").textContent()) ?? "";
      expect(await faultsOf(page)).toEqual([]);
      await follow(page.getByRole("link", { name: "Back to the notices" }));
      await follow(webhooks.getByRole("button", { name: "Send a test" }));
      expect(await page.getByText(`The test has arrived: ${receiver.host} answered 200.`).isVisible()).toBe(true);
      expect(await faultsOf(page)).toEqual([]);
      await service.turn();
      receiver.came.length = 0;
      let booking = waldur.sample.request({ name: "Posted" });
      while (booking.offering.customer.name !== "Sample Imaging Centre") {
        booking = waldur.sample.request({ name: "Posted" });
      }
      const { uuid } = booking;
      const post = await until(async () => {
        await service.turn();
        return receiver.came.find(({ body }) => body.includes(uuid));
      });
      const headers = Object.fromEntries(Object.entries(post.headers).map(([name, value]) => [name, String(value)]));
      expect(new Webhook(secret).verify(post.body, headers)).toMatchObject({
        type: "request.new",
        data: { bookings: [{ uuid, name: "Posted" }] },
      });
      await page.goto(`${service.url}/notices`);
      await follow(webhooks.getByRole("button", { name: "Remove" }));
      expect(await page.getByText("Removed.").isVisible()).toBe(true);
      await context.close();
    });

    it.each(looksOn(runtime))(
      "axe-core finds nothing on any page, and none is too wide: $width pixels, $colorScheme",
      async ({ width, colorScheme }) => {
        const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, locale: "en" });
        const page = await context.newPage();
        const found: Record<string, unknown> = {};
        const heights = new Set<unknown>();
        const look = async (name: string): Promise<void> => {
          found[name] = await faultsOf(page);
          if ((await page.locator("header nav").count()) > 0) {
            heights.add(await page.evaluate("document.querySelector('header').offsetHeight"));
          }
        };
        await page.goto(service.url);
        await look("sign-in");
        await page.getByLabel("Waldur token").fill("wrong-token");
        await follow(page.getByRole("button", { name: "Sign in" }));
        await look("sign-in, wrong");
        const path = await makeCalendar(page);
        await look("calendar");
        for (const part of ["agenda", "month", "edit"]) {
          await page.goto(`${path}/${part}`);
          await look(part);
        }
        await page.getByLabel("Days back").fill("many");
        await page.getByLabel("Ends on").evaluate("(field) => { field.type = 'text'; field.value = 'never'; }");
        await follow(page.getByRole("button", { name: "Save" }));
        await look("edit, wrong");
        await page.goto(`${path}/edit`);
        await follow(page.getByRole("button", { name: "Preview" }));
        await look("preview");
        for (const other of [
          "/",
          "/calendars",
          "/programs",
          "/notices",
          "/history",
          "/history?show=runs",
          "/nowhere",
        ]) {
          await page.goto(service.url + other);
          await look(other);
        }
        expect(Object.entries(found).filter(([, faults]) => Array.isArray(faults) && faults.length > 0)).toEqual([]);
        expect(Object.keys(found).length).toBe(15);
        // The header is as high on every page, and one line of links.
        expect(heights.size).toBe(1);
        expect(Number([...heights][0])).toBeLessThan(width === 390 ? 90 : 60);
        await context.close();
      },
    );

    it("are in Estonian for a browser that asks for it, months too", async () => {
      const context = await browser.newContext({ locale: "et-EE" });
      const page = await context.newPage();
      await page.goto(service.url);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Logi sisse");
      await page.getByLabel("Walduri pääsutunnus").fill(waldur.sample.tokens.providerOwner);
      await follow(page.getByRole("button", { name: "Logi sisse" }));
      expect(await page.locator("html").getAttribute("lang")).toBe("et");
      // What is told may have been an hour ago, in the month before.
      const monthOf = new Intl.DateTimeFormat("et", { month: "short", timeZone: "UTC" });
      const months = [Date.now() - 3_600_000, Date.now()].map((at) => monthOf.format(at)).join("|");
      await follow(page.getByRole("link", { name: "Kalendrid" }));
      expect(await page.locator("article .health").first().textContent()).toMatch(new RegExp(` (?:${months}) `));
      await context.close();
    });

    it("can be used with the keyboard alone, and are in order without any style", async () => {
      const context = await browser.newContext({ locale: "en" });
      const page = await context.newPage();
      await page.route("**/*.css", async (route) => route.abort());
      await page.goto(service.url);
      await page.keyboard.press("Tab");
      await expect.poll(() => page.evaluate("document.activeElement.textContent.trim()")).toBe("Skip to content");
      await page.getByLabel("Waldur token").focus();
      await page.keyboard.type(waldur.sample.tokens.providerOwner);
      await page.keyboard.press("Enter");
      await page.waitForURL(`${service.url}/`);
      const headings = await page.locator("h1, h2").allTextContents();
      expect(headings[0]).toMatch(/request/i);
      await context.close();
    });
  },
);
