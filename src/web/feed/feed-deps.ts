import type { Deps } from "../../deps.ts";
import type { ResponseSettings } from "./responses.ts";

/** The part of the service that answers to requests for feeds need. */
export interface FeedDeps extends Pick<Deps, "sql" | "now" | "deadline" | "defer"> {
  readonly log: Pick<Deps["log"], "warn">;
  readonly config: ResponseSettings & {
    /** Days for which an ended address says so before it is gone. */
    readonly endedDays: number;
    /** Bytes of bodies kept in this process. */
    readonly feedCacheBytes: number;
  };
}
