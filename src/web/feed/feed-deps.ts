import type { Deps } from "../../deps.ts";
import type { ResponseSettings } from "./responses.ts";

/** What the answer to a request for a feed needs of the service. */
export interface FeedDeps extends Pick<Deps, "sql" | "now" | "deadline" | "defer"> {
  readonly log: Pick<Deps["log"], "warn">;
  readonly config: ResponseSettings & {
    /** Days for which an ended address says so before it is gone. */
    readonly endedDays: number;
    /** Bytes of bodies kept in this process. */
    readonly feedCacheBytes: number;
  };
}
