import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request as send } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { linkIn } from "../decision/decided.ts";
import { requestTo } from "../waldur-answers.ts";
import { until } from "../until.ts";
import { missingChromium, openChromium } from "./support/chromium.ts";
import { follow } from "./support/follow.ts";
import { runCli, type Service, start } from "./support/process.ts";
import { adminToken } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

const skipped = missingChromium !== "" && process.env["CI"] === undefined;

/** Starts a proxy before the service that adds a header to each answer, and keeps the name of the host. */
async function startProxy(port: number, name: string, value: string) {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const on = send({ host: "127.0.0.1", port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, [name]: value });
      answer.pipe(outgoing);
    });
    incoming.pipe(on);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const bound = server.address();
  return {
    url: `http://127.0.0.1:${typeof bound === "object" && bound !== null ? bound.port : 0}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As somebody starts it who tries it: on the machine itself, without TLS and without PUBLIC_URL. */
describe.skipIf(skipped)(
  `signing in without TLS on the machine itself${skipped ? ` (${missingChromium})` : ""}`,
  () => {
    let folder = "";
    let waldur: ServedSample;
    let service: Service;
    let browser: Browser;
    let port = 0;
    let link = "";

    const own = async (context: BrowserContext) =>
      (await context.cookies()).map(({ name, secure, httpOnly, sameSite }) => ({ name, secure, httpOnly, sameSite }));
    const signIn = async (page: Page, url: string): Promise<void> => {
      await page.goto(`${url}/sign-in`);
      await page.getByLabel("Waldur token").fill(waldur.sample.tokens.providerOwner);
      await follow(page.getByRole("button", { name: "Sign in" }));
      await page.getByRole("link", { name: "Requests" }).waitFor();
    };
    const signInToDecide = async (page: Page, url: string): Promise<void> => {
      await page.goto(url + link);
      await page.getByLabel("Your Waldur token").fill(waldur.sample.tokens.providerOwner);
      await follow(page.getByRole("button", { name: "Sign in" }));
      await page.getByRole("button", { name: "Accept" }).waitFor();
    };

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
      waldur = await serveSample(6);
      service = start(["serve"], {
        WALDUR_API_URL: waldur.url,
        WALDUR_API_TOKEN: waldur.sample.tokens.providerOwner,
        ADMIN_TOKEN: adminToken,
        DATA_DIR: folder,
        PORT: "0",
        POLL_SECONDS: "1",
        NIGHT_HOURS: "0-0",
        SWEEP_SECONDS: "2",
      });
      const said = (): string => service.stdout() + service.stderr();
      port = Number(await until(() => /"event":"listening".*"port":(\d+)/.exec(service.stderr())?.[1], said));
      const server = `http://127.0.0.1:${port}`;
      const provider = ["feeds", "add", "--provider", waldur.sample.providerUuid, "--server", server];
      const { stdout } = await runCli(provider, { ADMIN_TOKEN: adminToken });
      const { uuid } = requestTo(waldur.sample, { own: true });
      link = await until(async () => linkIn(await (await fetch(stdout.trim())).text(), uuid) || null, said);
      link = new URL(link).pathname;
      browser = await openChromium();
    });
    afterAll(async () => {
      await browser?.close();
      await service?.stop();
      await waldur?.close();
      await rm(folder, { recursive: true, force: true });
    });

    it("keeps the session in cookies that any browser takes there, and ends both kinds on signing out", async () => {
      const url = `http://127.0.0.1:${port}`;
      const context = await browser.newContext({ locale: "en-GB" });
      const page = await context.newPage();
      await signInToDecide(page, url);
      await signIn(page, url);
      const shape = { secure: false, httpOnly: true };
      expect(await own(context)).toEqual(
        expect.arrayContaining([
          { name: "waldur-calendar-session", ...shape, sameSite: "Lax" },
          { name: "waldur-calendar-decide", ...shape, sameSite: "Lax" },
          { name: "waldur-calendar-form", ...shape, sameSite: "Strict" },
        ]),
      );
      expect((await own(context)).filter(({ name }) => name.startsWith("__Host-"))).toEqual([]);
      await follow(page.getByRole("button", { name: "Sign out" }));
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      expect((await own(context)).filter(({ name }) => /session|decide/.test(name))).toEqual([]);
      await page.goto(url + link);
      expect(await page.getByRole("button", { name: "Accept" }).count()).toBe(0);
      await context.close();
    });

    it("ends on the pages of another browser when all browsers are forgotten", async () => {
      const url = `http://127.0.0.1:${port}`;
      const [here, there] = [
        await browser.newContext({ locale: "en-GB" }),
        await browser.newContext({ locale: "en-GB" }),
      ];
      const [deciding, reading] = [await here.newPage(), await there.newPage()];
      await signIn(reading, url);
      await signInToDecide(deciding, url);
      await follow(deciding.getByRole("button", { name: "Forget all my browsers" }));
      await deciding.getByRole("button", { name: "Sign in" }).waitFor();
      await reading.reload();
      await reading.getByRole("heading", { name: "Sign in" }).waitFor();
      expect(new URL(reading.url()).pathname).toBe("/sign-in");
      for (const context of [here, there]) await context.close();
    });

    it("works behind a proxy whose Referrer-Policy makes the origin of forms null", async () => {
      const proxy = await startProxy(port, "Referrer-Policy", "no-referrer");
      const context = await browser.newContext({ locale: "en-GB" });
      const page = await context.newPage();
      const origins: (string | undefined)[] = [];
      page.on("request", (request) => {
        if (request.method() === "POST") void request.allHeaders().then((headers) => origins.push(headers["origin"]));
      });
      await signIn(page, proxy.url);
      await follow(page.getByRole("button", { name: "Sign out" }));
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await signInToDecide(page, proxy.url);
      await follow(page.getByRole("button", { name: "Accept" }));
      await page.getByRole("status").waitFor();
      expect(await page.getByRole("status").textContent()).toContain("Accepted");
      await expect.poll(() => origins).toEqual(["null", "null", "null", "null"]);
      await context.close();
      await proxy.close();
    });
  },
);
