import { AppError } from "../../errors.ts";
import * as responses from "../../web/api/responses.ts";
import type { FeedJson } from "../../web/api/responses.ts";
import { type Client, readAnswer } from "../api-client.ts";
import { failureExitCode, exits } from "../exit.ts";
import { showProgress } from "../progress.ts";
import type { Runtime } from "../runtime.ts";

const pauseMilliseconds = 1000;
/** Rounds without progress after which waiting ends: another run may hold the source for a while. */
const patience = 120;
/** Failures in a row after which waiting ends; each reading of Waldur is already retried by itself. */
const failuresBorne = 3;

/**
 * Drives the first load of a feed until its address is shown, one limited run of the service after the other.
 * Throws `conflict` without progress, and the failure when Waldur fails three times in a row; the feed stays.
 */
export async function waitForAddress(runtime: Runtime, client: Client, feed: FeedJson): Promise<FeedJson> {
  const progress = showProgress(runtime);
  let current = feed;
  let still = 0;
  let failures = 0;
  try {
    while (current.address === null && current.missingKey === null) {
      progress.show(`loading ${current.source.name}: ${current.source.bookings} bookings`);
      const run = readAnswer(responses.sync, await client.json("POST", "/sync", { source: current.source.id }));
      const next = readAnswer(responses.feed, await client.json("GET", `/feeds/${encodeURIComponent(feed.id)}`));
      const failure = run.sources.find(({ id }) => id === current.source.id)?.failure ?? "";
      failures = failure === "" ? 0 : failures + 1;
      if (failure !== "" && failures >= failuresBorne) {
        throw new AppError(
          failureExitCode(next.source.failure ?? failure) === exits.unreachable ? "waldur_unreachable" : "conflict",
          `feed ${feed.id} was created, but its first load fails: ${failure}. The service keeps trying while it runs; feeds show ${feed.id} will print the address`,
        );
      }
      const moved = next.source.bookings !== current.source.bookings || next.source.loaded !== current.source.loaded;
      still = moved || failure !== "" ? 0 : still + 1;
      if (still >= patience) {
        throw new AppError(
          "conflict",
          `feed ${feed.id} was created, but is still loading; feeds show ${feed.id} will print its address`,
        );
      }
      current = next;
      if (current.address === null && !moved) await runtime.sleep(pauseMilliseconds);
    }
    return current;
  } finally {
    progress.end();
  }
}
