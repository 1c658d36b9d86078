import type { Page } from "playwright-core";
import { follow } from "./follow.ts";

/** Signs in, and opens the form of a new calendar of the sample's first provider. */
export async function openForm(page: Page, url: string, token: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Waldur token").fill(token);
  await follow(page.getByRole("button", { name: "Sign in" }));
  await follow(page.getByRole("link", { name: "Calendars" }));
  const links = page.getByRole("link", { name: /^Create (?:a|another) calendar: Sample Imaging Centre/ });
  await follow(links.first());
}
