import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const program = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Why tests in a browser cannot run here; "" when they can. */
export const missingChromium = existsSync(program)
  ? ""
  : `Chromium is not at ${program}: install it (\`apt-get install chromium\`) or say where it is in CHROMIUM`;

/** A headless Chromium that asks nobody but the pages it opens. */
export async function openChromium(): Promise<Browser> {
  if (missingChromium !== "") throw new Error(missingChromium);
  return chromium.launch({
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
  });
}
