import { describe, expect, it } from "vitest";
import { d1Failed } from "../../../src/store/sql/d1-failure.ts";

const told = (message: string): string => d1Failed(new Error(message), "SELECT 1").message;

describe("a failure of D1", () => {
  it.each([
    [
      "D1_ERROR: Your account has exceeded D1's free tier daily row write limit. Upgrade to a paid plan or wait until tomorrow (midnight UTC) to continue.",
      "after midnight UTC",
    ],
    ["D1_ERROR: Exceeded maximum DB size.", "the database is full"],
    ["D1_ERROR: no such table: feeds: SQLITE_ERROR", "wrangler d1 migrations apply"],
    ["D1_ERROR: D1 DB is overloaded. Requests queued for too long.", "the next run tries again"],
    ["D1_ERROR: Network connection lost.", "passes by itself"],
  ])("%s says what to do", (message, remedy) => {
    expect(told(message)).toContain(message.replace(/\.$/, ""));
    expect(told(message)).toContain(remedy);
    expect(told(message)).not.toContain(".;");
  });

  it("that is not known is told as it is", () => {
    expect(told("D1_ERROR: something new")).toBe("the database refused: D1_ERROR: something new");
  });
});
