import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    expect: { requireAssertions: true },
    reporters: ["default", "./test/summary.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
