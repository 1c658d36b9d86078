import type { Locator } from "playwright-core";

/** Presses a link or a form's button, and waits until the page that it leads to is loaded: reads such as `count()` do not wait. */
export async function follow(target: Locator): Promise<void> {
  await Promise.all([target.page().waitForEvent("load"), target.click()]);
}
