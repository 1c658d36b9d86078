import { afterEach, describe, expect, it, vi } from "vitest";
import { installed } from "./installed.ts";

describe("a program that a test needs", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it("is found where it is there", () => {
    expect(installed(["sh"], "install sh")).toBe(true);
  });

  it("is told of where it is missing, with what to do, and fails in CI", () => {
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    vi.stubEnv("CI", "");
    expect(installed(["sh", "no-such-program"], "apt-get install it")).toBe(false);
    expect(said.mock.calls.flat().join("")).toMatch(/no-such-program missing.* is left out: apt-get install it\n$/);
    vi.stubEnv("CI", "true");
    expect(() => installed(["no-such-program"], "apt-get install it")).toThrow("no-such-program missing");
  });
});
