import { AppError } from "../errors.ts";
import type { WaldurResponse } from "./http.ts";
import type { ReadRow, Skipped } from "./columns.ts";

/** One page of a list. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Rows that do not fit; each is counted in `count` as well. */
  readonly skipped: readonly Skipped[];
  /** The number of rows on all pages: `X-Result-Count`. */
  readonly count: number;
  /** Number of the next page; null on the last. */
  readonly next: number | null;
}

/** A page with more is not worth reading to its end. */
const mostRows = 10_000;

/**
 * Returns one page of any list of Waldur. A page past the end is empty with a count of 0: the list has become shorter since the page
 * before. Throws `waldur_bad_answer` for anything but a list of Waldur's.
 */
export async function readPage<T>(
  ask: () => Promise<WaldurResponse>,
  page: number,
  read: (row: unknown) => ReadRow<T>,
): Promise<Page<T>> {
  let answer: WaldurResponse;
  try {
    answer = await ask();
  } catch (error) {
    const past = page > 1 && error instanceof AppError && error.code === "waldur_not_found";
    if (past) return { rows: [], skipped: [], count: 0, next: null };
    throw error;
  }
  const { headers, body } = answer;
  if (!Array.isArray(body)) throw badAnswerError("a list was expected");
  if (body.length > mostRows) throw badAnswerError(`a page has ${body.length} rows, where at most 300 are asked for`);
  const rows: T[] = [];
  const skipped: Skipped[] = [];
  for (const row of body) {
    const found = read(row);
    if ("skipped" in found) skipped.push(found.skipped);
    else rows.push(found.value);
  }
  const count = readResultCount(headers);
  const next = nextOf(headers);
  if (next !== null && next <= page) throw badAnswerError(`page ${page} says that page ${next} follows it`);
  if (page === 1 && count > body.length && !headers.has("Link")) {
    throw badAnswerError("a list of several pages lacks the header Link: does a proxy drop it?");
  }
  return { rows, skipped, count, next };
}

/** Returns the rows of all pages that fit. Errors as `readPage`. */
export async function readAllPages<T>(
  ask: (page: number) => Promise<WaldurResponse>,
  read: (row: unknown) => ReadRow<T>,
): Promise<T[]> {
  const all: T[] = [];
  await walkPages(Infinity, async (page) => {
    const listed = await readPage(async () => ask(page), page, read);
    all.push(...listed.rows);
    return listed;
  });
  return all;
}

/** Calls `read` for one page after another, from 1 on. Throws `conflict` when there are more than `most`. */
export async function walkPages(
  most: number,
  read: (page: number) => Promise<Pick<Page<unknown>, "next">>,
): Promise<void> {
  let pages = 0;
  for (let page: number | null = 1; page !== null;) {
    if (pages >= most) {
      throw new AppError(
        "conflict",
        "Waldur has more pages of bookings than one run may read here; make a feed, which is loaded in steps",
      );
    }
    pages += 1;
    page = (await read(page)).next;
  }
}

/** Returns the number of rows the list has on all pages. */
export function readResultCount(headers: Headers): number {
  const count = headers.get("X-Result-Count");
  if (count === null || !/^\d{1,15}$/.test(count)) {
    throw badAnswerError("a list lacks the header X-Result-Count: is it Waldur, and does a proxy drop it?");
  }
  return Number(count);
}

/** Returns the page number of rel="next" (RFC 8288); its host is the one the request was sent to, or somebody else's, and is not used. */
function nextOf(headers: Headers): number | null {
  const link = headers.get("Link") ?? "";
  const [, query] = /<[^<>?]*\?([^<>]*)>\s*;\s*rel="?next\b/.exec(link) ?? [];
  const page = query === undefined ? null : new URLSearchParams(query).get("page");
  return page !== null && /^\d{1,9}$/.test(page) ? Number(page) : null;
}

/** Makes the error for an answer that is not one of the API's. */
export function badAnswerError(reason: string): AppError {
  return new AppError("waldur_bad_answer", `Waldur's answer does not fit: ${reason}`);
}
