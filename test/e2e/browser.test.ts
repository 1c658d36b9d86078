import { createServer } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SampleBooking } from "../../src/demo/bookings.ts";
import { requestTo } from "../waldur-answers.ts";
import { readCalendar } from "../read-calendar.ts";
import { linkIn } from "../decision/decided.ts";
import { until } from "../until.ts";
import { missingChromium, openChromium } from "./support/chromium.ts";
import { follow } from "./support/follow.ts";
import { faultsOf, looksOn } from "./support/page-faults.ts";
import { runCli } from "./support/process.ts";
import { adminToken, atOwnAddress, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

const skipped = missingChromium !== "" && process.env["CI"] === undefined;

describe.skipIf(skipped).each(runtimes)(
  `deciding in a browser on $runtime${skipped ? ` (${missingChromium})` : ""}`,
  ({ open, runtime }) => {
    let waldur: ServedSample;
    let service: Running;
    let browser: Browser;
    let address = "";

    const calendar = async (): Promise<string> => (await fetch(service.url + new URL(address).pathname)).text();
    const statusOf = async ({ uuid }: SampleBooking) => readCalendar(await calendar()).get(`${uuid}-1`)?.status;
    /** Makes a pending request; resolves to it and its page's URL once the feed shows it. */
    const request = async (name: string) => {
      const booking = requestTo(waldur.sample, { own: true, name });
      const link = await until(
        async () => {
          const found = linkIn(await calendar(), booking.uuid);
          if (found === "") await service.turn();
          return found || null;
        },
        () => service.logs(),
      );
      return { booking, url: service.url + new URL(link).pathname };
    };
    const signIn = async (page: Page): Promise<void> => {
      await page.getByLabel("Your Waldur token").fill(waldur.sample.tokens.providerOwner);
      await follow(page.getByRole("button", { name: "Sign in" }));
      await page.getByRole("button", { name: "Accept" }).waitFor();
    };

    beforeAll(async () => {
      waldur = await serveSample(6);
      service = await open(waldur.url, waldur.sample.tokens.providerOwner, {
        ...atOwnAddress,
        TIME_ZONE: "UTC",
      });
      browser = await openChromium();
      const uuid = waldur.sample.providerUuid;
      const env = { ADMIN_TOKEN: adminToken };
      const added = await runCli(["feeds", "add", "--provider", uuid, "--server", service.url], env);
      address = added.stdout.trim();
    });
    afterAll(async () => {
      await browser?.close();
      await service?.close();
      await waldur?.close();
    });

    it("reads the page, signs in, accepts, sees the calendar change; the next time one click is enough", async () => {
      const [first, second] = [await request("Opened in a browser"), await request("Once more")];
      const context = await browser.newContext({ locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(`${first.url}/accept`);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Opened in a browser");
      expect(await page.getByRole("button", { name: "Accept" }).count()).toBe(0);
      await signIn(page);
      expect(new URL(page.url()).pathname).toBe(`${new URL(first.url).pathname}/accept`);
      await follow(page.getByRole("button", { name: "Accept" }));
      await page.getByRole("status").waitFor();
      expect(await page.getByRole("status").textContent()).toContain("Accepted");
      expect([first.booking.state, await statusOf(first.booking)]).toEqual(["OK", "CONFIRMED"]);
      // The form sent again changes nothing and says the same.
      await page.reload();
      expect(await page.getByRole("status").textContent()).toContain("Accepted");
      await page.goto(second.url);
      await follow(page.getByRole("button", { name: "Reject" }));
      await page.getByRole("status").waitFor();
      expect([second.booking.state, await statusOf(second.booking)]).toEqual(["Terminated", "CANCELLED"]);
      await follow(page.getByRole("button", { name: "Forget this browser" }));
      await page.goto((await request("After that")).url);
      expect(await page.getByRole("button", { name: "Sign in" }).count()).toBe(1);
      await context.close();
    });

    it("works by keyboard alone, and without script", async () => {
      const { booking, url } = await request("No script");
      const context = await browser.newContext({ javaScriptEnabled: false, locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(url);
      await page.getByLabel("Your Waldur token").fill(waldur.sample.tokens.providerOwner);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Accept" }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("status").waitFor();
      expect(booking.state).toBe("OK");
      await context.close();
    });

    it.each(looksOn(runtime))(
      "has nothing that axe-core objects to, nor anything to scroll sideways: $width pixels, $colorScheme",
      async ({ width, colorScheme }) => {
        const { url } = await request(
          "A name without any blank that is much longer than a telephone is wide".replaceAll(" ", "_"),
        );
        const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
        const page = await context.newPage();
        const faults: string[] = [];
        const look = async (): Promise<void> => void faults.push(...(await faultsOf(page)));
        await page.goto(url);
        await look();
        await page.goto(`${service.url}/a/nothing`);
        await look();
        await page.goto(url);
        await signIn(page);
        await look();
        await follow(page.getByRole("button", { name: "Accept" }));
        await page.getByRole("status").waitFor();
        await look();
        expect(faults).toEqual([]);
        await context.close();
      },
    );

    it("a scanner that runs scripts and follows every link changes nothing", async () => {
      const { booking, url } = await request("Scanned");
      const before = JSON.stringify(waldur.sample.bookings);
      const context = await browser.newContext();
      const page = await context.newPage();
      const seen = new Set<string>();
      const open = [url, `${url}/accept`, `${url}/reject`];
      for (let next = open.pop(); next !== undefined && seen.size < 60; next = open.pop()) {
        if (seen.has(next) || !next.startsWith(service.url)) continue;
        seen.add(next);
        await page.goto(next, { waitUntil: "load" });
        const hrefs: string[] = await page.evaluate(
          "[...document.querySelectorAll('a[href],link[href],form[action]')].map((one) => one.href ?? one.action)",
        );
        open.push(...hrefs.map((href) => href.split("#")[0] ?? ""));
      }
      expect(seen.size).toBeGreaterThan(4);
      expect([JSON.stringify(waldur.sample.bookings), booking.state]).toEqual([before, "Creating"]);
      await context.close();
    });

    it("a page of another site can neither send the form nor frame the page, though the person is signed in", async () => {
      const { booking, url } = await request("Attacked");
      const evil = createServer((incoming, outgoing) => {
        outgoing.setHeader("Content-Type", "text/html");
        outgoing.end(
          incoming.url === "/frame"
            ? `<iframe src="${url}" width="600" height="600"></iframe>`
            : `<form method="post" action="${url}"><input name="action" value="accept"></form><script>document.forms[0].submit()</script>`,
        );
      });
      await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", () => resolve()));
      const bound = evil.address();
      const there = `http://localhost:${typeof bound === "object" && bound !== null ? bound.port : 0}`;
      const context = await browser.newContext({ locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(url);
      await signIn(page);
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await page.goto(there);
      expect((await answered).status()).toBe(403);
      await page.getByRole("alert").waitFor();
      await page.goto(`${there}/frame`);
      // The page is loaded before the browser has settled what the refused frame shows.
      await expect
        .poll(() => page.frames().map((frame) => frame.url()))
        .toEqual([`${there}/frame`, "chrome-error://chromewebdata/"]);
      expect(booking.state).toBe("Creating");
      await context.close();
      await new Promise((resolve) => evil.close(resolve));
    });
  },
);
