import type { Config } from "./config/config.ts";
import type { Log } from "./log.ts";
import type { MailTransport } from "./mail/transport.ts";
import type { KeyRing } from "./security/keys.ts";
import type { Sql } from "./store/sql/port.ts";

export type Fetch = (request: Request) => Promise<Response>;

/** Everything the program needs from outside. Entries make it; tests make their own. */
export interface Deps {
  readonly sql: Sql;
  /** Outgoing HTTP to Waldur. */
  readonly fetch: Fetch;
  /** Outgoing HTTP to places that users name: the raw transport, for `makeGuardedFetch` alone. Follows no redirect. */
  readonly outside: Fetch;
  /** The way out for mail; null: there is none. */
  readonly mail: MailTransport | null;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array<ArrayBuffer>;
  /** Resolves after that number of milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Aborts with a `TimeoutError` after that number of milliseconds. */
  readonly deadline: (milliseconds: number) => AbortSignal;
  /** The address a request came from, as the platform tells it; "" when it does not. */
  readonly addressOf: (request: Request) => string;
  /** Work that may outlive the answer (Workers: `waitUntil`). */
  readonly defer: (work: Promise<unknown>) => void;
  readonly log: Log;
  readonly config: Config;
  readonly keys: KeyRing;
  /** True when the Waldur is the sample: every event then says so. */
  readonly sample: boolean;
  /** The cost that one run may have; Workers count, Node hardly does. */
  readonly budget: Budget;
}

/** Ceilings of one run. */
export interface Budget {
  /** Pages of Waldur's lists. */
  readonly pages: number;
  /** Requests of any kind. */
  readonly requests: number;
  /** Events rendered. */
  readonly events: number;
  /** Statements sent to the database. */
  readonly statements: number;
}
