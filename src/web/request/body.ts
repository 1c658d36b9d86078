import { readBytes } from "../../lib/body.ts";
import { AppError } from "../../errors.ts";
import type { PageContext } from "../env.ts";

/** More than any request of our pages and API has: three hundred uuids of a filter, or a token of 4,096 characters, and all else. */
const usualBytes = 64 * 1024;
const patienceMilliseconds = 20_000;

/**
 * Reads the body of a request of at most so many bytes as text: every body that is read comes through here. Throws `too_large`, and `bad_input` for
 * one that does not end in time.
 */
export async function readRequestText({ env: deps, req }: PageContext, mostBytes = usualBytes): Promise<string> {
  const told = Number(req.header("Content-Length") ?? 0);
  if (told > mostBytes) throw tooLarge(mostBytes);
  const signal = deps.deadline(patienceMilliseconds);
  const bytes = await readBytes(req.raw.body, mostBytes, signal).catch((error: unknown) => {
    throw new AppError("bad_input", "the body of the request was not sent to its end in time", { cause: error });
  });
  if (bytes === null) throw tooLarge(mostBytes);
  return new TextDecoder().decode(bytes);
}

function tooLarge(mostBytes: number): AppError {
  return new AppError("too_large", `the body of a request may have ${mostBytes} bytes`);
}
