import type { Config } from "../config/config.ts";
import type { Budget } from "../deps.ts";

/**
 * The limits that keep a run within one invocation of a Worker: 50 requests and 50 statements of D1 on the free plan, 1000 statements on
 * the paid one.
 */
export const workerBudgets: Readonly<Record<Config["workersPlan"], Budget>> = {
  free: { pages: 1, requests: 30, events: 50, statements: 40 },
  paid: { pages: 12, requests: 200, events: 2000, statements: 400 },
};
