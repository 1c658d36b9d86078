import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    expect: { requireAssertions: true },
    reporters: ["default", "./test/summary.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      include: ["src/**/*.{ts,tsx}"],
      // Nothing in the terminal: the last line is the summary's.
      reporter: ["json-summary"],
    },
  },
});
