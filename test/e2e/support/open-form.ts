import type { Page } from "playwright-core";

/** Signs in, and opens the form of a new calendar of the sample's first provider. */
export async function openForm(page: Page, url: string, token: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Waldur token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("link", { name: "Calendars" }).click();
  const links = page.getByRole("link", { name: /^Create (?:a|another) calendar: Sample Imaging Centre/ });
  await links.first().click();
}
