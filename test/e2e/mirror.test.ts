import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../dav-server/launch.ts";
import { programs, startRadicale, user } from "../dav-server/programs.ts";
import { sayMissing } from "../installed.ts";
import { missingChromium, openChromium } from "./support/chromium.ts";
import { follow } from "./support/follow.ts";
import { faultsOf, looksOn } from "./support/page-faults.ts";
import { atOwnAddress, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";
import { openForm } from "./support/open-form.ts";
import { unfold } from "../../src/calendar/ical/content-line.ts";
import { setColumns } from "../rows.ts";
import { until } from "../until.ts";

const radicale = programs.radicale ?? programs.newRadicale;
const missing = [
  ...(missingChromium === "" ? [] : [missingChromium]),
  ...(radicale === null ? ["Radicale: `apt-get install radicale`"] : []),
].join("; ");
if (missing !== "") sayMissing("connecting a calendar in a browser", missing);

/** The folder for screenshots; unset, none are taken. */
const pictures = process.env["PICTURES"] ?? "";
const looks = [
  { width: 1280, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
  { width: 1280, colorScheme: "dark" },
  { width: 390, colorScheme: "light" },
] as const;

describe.skipIf(missing !== "").each(runtimes)(
  "connecting Radicale in Chromium, service on $runtime",
  ({ open, runtime }) => {
    let waldur: ServedSample;
    let server: Program;
    let service: Running;
    let browser: Browser;

    beforeAll(async () => {
      waldur = await serveSample(8);
      server = await startRadicale(radicale ?? "");
      service = await open(waldur.url, waldur.sample.tokens.otherProviderOwner, {
        ...atOwnAddress,
        CALDAV_ALLOW_HOSTS: new URL(server.url).host,
      });
      browser = await openChromium();
    });
    afterAll(async () => {
      await browser.close();
      await service.close();
      await server.close();
      await waldur.close();
    });

    /** Signs in and makes a calendar; resolves to its address. */
    const makeCalendar = async (page: Page): Promise<string> => {
      await openForm(page, service.url, waldur.sample.tokens.providerOwner);
      await follow(page.getByRole("button", { name: "Create the calendar" }));
      const path = page.url().split("?")[0] ?? "";
      await service.turn();
      await page.goto(path);
      return path;
    };

    const where = async (page: Page): Promise<void> => {
      await follow(page.getByRole("link", { name: "Connect a calendar" }));
      await page.getByLabel("Address of the server or calendar").fill(server.url);
      await follow(page.getByRole("button", { name: "Next" }));
    };

    const signIn = async (page: Page, password: string): Promise<void> => {
      await page.getByLabel("User name").fill(user.username);
      await page.getByLabel("Password").fill(password);
      await follow(page.getByRole("button", { name: "Next" }));
    };

    const make = async (page: Page, name: string): Promise<void> => {
      await page.getByLabel("A new calendar").check();
      await page.getByLabel("Name of the new calendar").fill(name);
      await follow(page.getByRole("button", { name: "Try it" }));
    };

    /** Resolves to all events of a calendar, as the person's own program reads them. */
    const readBack = async (url: string): Promise<string> => {
      const authorization = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}`;
      const answer = await fetch(url, { headers: { Authorization: authorization } });
      return unfold(await answer.text());
    };

    const openPage = async (options: BrowserContextOptions): Promise<Page> =>
      (await browser.newContext({ locale: "en", ...options })).newPage();

    it.each([
      { script: true, width: 1280 },
      { script: false, width: 390 },
    ])(
      "make a calendar, fetch it, see a request, accept it, connect Radicale, find the event there: script $script, $width pixels",
      async ({ script, width }) => {
        const page = await openPage({ javaScriptEnabled: script, viewport: { width, height: 800 } });
        const path = await makeCalendar(page);
        const address = (await page.locator("code.copy").textContent()) ?? "";
        const fetched = async (): Promise<string> => (await fetch(service.url + new URL(address).pathname)).text();
        const name = `Mirrored request ${width}`;
        waldur.sample.request({ name });
        await service.turn();
        await until(async () => (await fetched()).includes(`Pending: ${name}`));
        await page.goto(service.url);
        await follow(page.getByRole("button", { name: `Accept: ${name}` }));
        await until(async () => (await fetched()).includes(`SUMMARY:${name}`));

        await page.goto(path);
        await where(page);
        await signIn(page, user.password);
        await make(page, `Bookings ${width}`);
        expect(await page.getByText("Tested and ready. Turn it on.").isVisible()).toBe(true);
        const calendar = (await page.locator("dd.long").first().textContent()) ?? "";
        expect(new URL(calendar).origin).toBe(server.url);
        expect(await readBack(calendar)).not.toContain("BEGIN:VEVENT");
        await follow(page.getByRole("button", { name: "Turn on" }));
        for (let turn = 0; turn < 10 && !(await readBack(calendar)).includes(`SUMMARY:${name}`); turn += 1) {
          await service.turn();
        }
        expect(await readBack(calendar)).toContain(`SUMMARY:${name}`);
        const mirror = page.url().split("?")[0] ?? "";
        const isFresh = async (): Promise<boolean> => {
          await page.goto(mirror);
          return page.getByText("Up to date as of").isVisible();
        };
        for (let turn = 0; turn < 10 && !(await isFresh()); turn += 1) await service.turn();
        expect(await isFresh()).toBe(true);
        const count = (text: string): number => text.split("BEGIN:VEVENT").length;
        expect(count(await readBack(calendar))).toBe(count(await fetched()));

        await page.getByText("Remove this mirror").first().click();
        await page.getByLabel("Leave them there as they are").check();
        await page.locator("form[action$=remove]").getByLabel("Yes, I am sure").check();
        await follow(page.locator("form[action$=remove]").getByRole("button"));
        expect(await page.getByText("The mirror has been removed.").isVisible()).toBe(true);
        expect(await readBack(calendar)).toContain(`SUMMARY:${name}`);
        expect(service.logs()).not.toContain(user.password);
        await page.context().close();
      },
    );

    it.each(looksOn(runtime, pictures === "" ? looks.slice(0, 2) : looks))(
      "axe-core finds nothing on the steps and the page of a mirror, and none is too wide: $width pixels, $colorScheme",
      async ({ width, colorScheme }) => {
        const page = await openPage({ viewport: { width, height: 800 }, colorScheme });
        const found: Record<string, readonly string[]> = {};
        const look = async (name: string): Promise<void> => {
          found[name] = await faultsOf(page);
          const path = `${pictures}/${name}-${width}-${colorScheme}.png`;
          if (pictures !== "" && runtime === "Node") await page.screenshot({ path, fullPage: true });
        };
        const path = await makeCalendar(page);
        await page.goto(`${path}/targets/new`);
        await look("connect-where");
        await page.getByLabel("Address of the server or calendar").fill("me@outlook.com");
        await follow(page.getByRole("button", { name: "Next" }));
        await look("connect-where-wrong");
        await page.goto(path);
        await where(page);
        await look("connect-sign-in");
        await signIn(page, "wrong");
        await look("connect-sign-in-wrong");
        await signIn(page, user.password);
        await look("connect-calendar");
        await make(page, "");
        await look("connect-calendar-wrong");
        await make(page, "Bookings");
        await look("mirror-ready");
        await follow(page.getByRole("button", { name: "Turn on" }));
        const mirror = page.url().split("?")[0] ?? "";
        const isFresh = async (): Promise<boolean> => {
          await page.goto(mirror);
          return page.getByText("Up to date as of").isVisible();
        };
        for (let turn = 0; turn < 10 && !(await isFresh()); turn += 1) await service.turn();
        await look("mirror-on");
        await page.getByText("Remove this mirror").first().click();
        await follow(page.locator("form[action$=remove]").getByRole("button"));
        await look("mirror-remove-wrong");
        await page.goto(path);
        await look("calendar-mirrored");
        await setColumns(service.sql, "targets", { state: "stopped", stop_code: "credentials", failure: "x" });
        await page.goto(`${service.url}/calendars`);
        const name = (await page.locator("main .note.bad a").first().textContent()) ?? "";
        const told = page.locator(".mirrors li").filter({ hasText: name });
        expect(await told.first().textContent()).toContain("no longer accepts the user name and password");
        await look("calendars-stopped");
        await follow(page.getByRole("button", { name: "Sign out" }));
        await page.getByLabel("Waldur token").fill(waldur.sample.tokens.providerManager);
        await follow(page.getByRole("button", { name: "Sign in" }));
        await follow(page.getByRole("link", { name: "Calendars" }));
        const theirs = page
          .locator("li")
          .filter({ has: page.locator(".mirrors", { hasText: name }) })
          .filter({ hasText: "Take over" });
        expect(await theirs.first().textContent()).toContain("stopped");
        await theirs.first().getByText("Take over").first().click();
        await look("calendars-colleague");
        await follow(theirs.first().getByRole("button"));
        expect(await page.getByText("It is yours now.").isVisible()).toBe(true);
        await follow(page.getByRole("link", { name }));
        expect(await page.getByText("Enter your own, or remove the mirror.").isVisible()).toBe(true);
        await look("mirror-taken");
        expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([]);
        expect(Object.keys(found)).toHaveLength(13);
        await page.context().close();
      },
    );
  },
);
