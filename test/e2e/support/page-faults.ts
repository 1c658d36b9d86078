import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Resolves to what is wrong with the page shown, in words: what axe-core finds, and a page wider than the window. Our pages
 * forbid scripts, so the test bypasses the content security policy.
 */
export async function faultsOf(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.setBypassCSP", { enabled: true });
  const found: unknown = await page.evaluate(
    `(async () => { ${axe}; return (await axe.run()).violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).join(", ")); })()`,
  );
  await session.detach();
  const faults = Array.isArray(found) ? found.map(String) : ["axe did not run"];
  const wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
  return wide === true ? [...faults, "too wide"] : faults;
}

interface Look {
  /** Pixels. */
  readonly width: number;
  readonly colorScheme: "light" | "dark";
}

const screens: readonly Look[] = [
  { width: 1280, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
];

/** Returns how pages are looked at with the service on that runtime: on Node alone, since Workers send the same pages. */
export function looksOn(runtime: string, looks: readonly Look[] = screens): readonly Look[] {
  return runtime === "Node" ? looks : [];
}
