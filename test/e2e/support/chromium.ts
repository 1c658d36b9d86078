import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const program = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** The reason why browser tests cannot run on this machine; "" when they can. */
export const missingChromium = existsSync(program)
  ? ""
  : `Chromium is not at ${program}: install it (\`apt-get install chromium\`) or say where it is in CHROMIUM`;

/** Milliseconds after which something on a page does not come any more. */
const patience = 120_000;

/** Starts a headless Chromium that sends requests only for the pages it opens. */
export async function openChromium(): Promise<Browser> {
  if (missingChromium !== "") throw new Error(missingChromium);
  const browser = await chromium.launch({
    executablePath: program,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    timeout: patience,
  });
  browser.on("context", (context) => context.setDefaultTimeout(patience));
  return browser;
}
