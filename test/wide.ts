import type { Budget } from "../src/deps.ts";

/** A budget that ends nothing. */
export const wide: Budget = { pages: 100_000, requests: 1_000_000, events: 10_000_000, statements: 10_000_000 };
