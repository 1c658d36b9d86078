import { userAgent } from "../agent.ts";
import { type BackOff, pauseAfter } from "../lib/backoff.ts";
import { withDeadline } from "../lib/deadline.ts";
import { AppError, causeOf } from "../errors.ts";
import { readResponseText } from "../lib/body.ts";
import { isExcessiveJson, parseJson } from "../lib/json.ts";
import { makeSemaphore } from "../lib/semaphore.ts";
import { readRefusal, type Refused } from "./refusal.ts";

/** The outside of requests to one Waldur. */
export interface Transport {
  /** Waldur's address, without `/api` and slash at its end. */
  readonly url: string;
  readonly token: string;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly deadline: (milliseconds: number) => AbortSignal;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly timeoutMilliseconds: number;
}

/** An answer of Waldur with a status of 2xx. */
export interface WaldurResponse {
  readonly headers: Headers;
  /** Parsed JSON; null without a body. */
  readonly body: unknown;
}

/** Sends one request. `path` starts behind `/api`, and ends in a slash as Waldur wants it. */
export type Send = (method: "GET" | "POST", path: string, query?: URLSearchParams) => Promise<WaldurResponse>;

const attempts = 3;
/** Milliseconds. */
const pauses: BackOff = { first: 500, most: 4000 };
/** A longer wait is for the next run, not for this one. */
const longestPauseSeconds = 10;
/** About fifty times what a full page of bookings takes; a Worker has 128 MB for all it does. */
const mostBytes = 16 * 1024 * 1024;
/** So much of a refusal is read to learn its reason. */
const mostRefusalBytes = 16 * 1024;
const passing = new Set(["waldur_unreachable", "waldur_failed", "waldur_throttled"]);

/** Requests of one token that are under way together. */
export const requestsAtOnce = 2;

/**
 * Sends requests to Waldur, `requestsAtOnce` at most together, in the order in which they come. Reads are tried up to three times, with growing pauses, where trying again may help;
 * writes never. Redirects are not followed. What is sent throws `waldur_…` errors; neither their texts nor their causes
 * hold the token. Throws `bad_config` for a token that no header can carry.
 */
export function makeSend(transport: Transport): Send {
  if (!/^[\x21-\x7e]+$/.test(transport.token)) {
    throw new AppError("bad_config", "the token for Waldur is empty, or has a space or character that no token has");
  }
  const places = makeSemaphore(requestsAtOnce);
  const { signal } = new AbortController();
  return async (method, path, query) => {
    await places.acquire(signal);
    try {
      return await sendPatiently(transport, method, path, query);
    } finally {
      places.release();
    }
  };
}

/** Returns the header that carries a token, by its shape: classic ones are `Token`, personal access tokens and JWTs `Bearer`. */
export function authorization(token: string): string {
  const bearer = token.startsWith("w_") || /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
  return `${bearer ? "Bearer" : "Token"} ${token}`;
}

async function sendPatiently(
  transport: Transport,
  method: "GET" | "POST",
  path: string,
  query?: URLSearchParams,
): Promise<WaldurResponse> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnce(transport, method, path, query);
    } catch (error) {
      const pause = error instanceof AppError ? pauseBefore(transport, error, attempt) : null;
      if (method !== "GET" || attempt >= attempts || pause === null) throw error;
      await transport.sleep(pause);
    }
  }
}

/** Returns the milliseconds to wait before the next attempt; null when there should be none. */
function pauseBefore({ random }: Transport, error: AppError, attempt: number): number | null {
  if (!passing.has(error.code)) return null;
  const pause = pauseAfter(attempt, pauses, random);
  const asked = error.facts["retryAfter"];
  if (typeof asked === "number") return asked <= longestPauseSeconds ? Math.max(asked * 1000, pause) : null;
  return error.code === "waldur_throttled" ? null : pause;
}

async function sendOnce(
  transport: Transport,
  method: "GET" | "POST",
  path: string,
  query?: URLSearchParams,
): Promise<WaldurResponse> {
  const { token } = transport;
  const suffix = query === undefined || query.size === 0 ? "" : `?${query.toString()}`;
  return exchange(transport, { method, path: `/api${path}`, suffix, token });
}

/** One request as Waldur gets it. */
interface WaldurRequest {
  readonly method: "GET" | "POST";
  /** Behind Waldur's address. */
  readonly path: string;
  /** The query with its question mark; "" for none. */
  readonly suffix?: string;
  /** Null: whoever asks says not who they are. */
  readonly token: string | null;
  /** Sent as JSON; by default nothing. */
  readonly body?: Readonly<Record<string, string>>;
}

/**
 * Sends one request, once, and reads its answer within the limits of time and bytes. Throws `waldur_…` errors; neither their
 * texts nor their causes hold the token.
 */
export async function exchange(
  transport: Pick<Transport, "url" | "fetch" | "deadline" | "now" | "timeoutMilliseconds">,
  { method, path, suffix = "", token, body }: WaldurRequest,
): Promise<WaldurResponse> {
  // The causes are left out: runtimes and parsers quote headers and bodies in theirs.
  const fail = ({ code, message, facts = {} }: Refused): AppError =>
    new AppError(code, shorten(token === null ? message : message.replaceAll(token, "…")), {
      facts: { path: path.replace(/^\/api(?=\/)/, ""), ...facts },
    });
  const url = `${transport.url}${path}`;
  const signal = transport.deadline(transport.timeoutMilliseconds);
  let response: Response;
  let text: string | null;
  try {
    const request = new Request(`${url}${suffix}`, {
      method,
      headers: {
        Accept: "application/json",
        // Errors are told apart by status; the little that is read of their texts is English.
        "Accept-Language": "en",
        "User-Agent": userAgent,
        ...(token !== null && { Authorization: authorization(token) }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      redirect: "manual",
      signal,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    response = await withDeadline(transport.fetch(request), () => signal);
    text = await readResponseText(response, response.ok ? mostBytes : mostRefusalBytes, signal);
  } catch (error) {
    throw fail(connectionFailure(error, signal));
  }
  if (!response.ok) throw fail(readRefusal(response, text ?? "", { url, token: token ?? "", now: transport.now() }));
  const { status } = response;
  if (text === null) {
    throw fail({
      code: "waldur_bad_answer",
      message: `Waldur's answer is larger than ${mostBytes} bytes`,
      facts: { status },
    });
  }
  if (text === "") return { headers: response.headers, body: null };
  if (!isJson(response)) {
    const type = response.headers.get("Content-Type") ?? "something without a type";
    throw fail({ code: "waldur_bad_answer", message: `Waldur answered ${type}, not JSON`, facts: { status } });
  }
  const parsed = parseJson(text);
  if (parsed === undefined) {
    throw fail({
      code: "waldur_bad_answer",
      message: isExcessiveJson(text)
        ? "Waldur's answer was refused: its JSON has too many lists and objects, or too many inside one another"
        : "Waldur's answer is broken JSON: it may have been cut",
      facts: { status },
    });
  }
  return { headers: response.headers, body: parsed };
}

function connectionFailure(error: unknown, signal: AbortSignal): Refused {
  const timedOut = signal.aborted || (error instanceof Error && error.name === "TimeoutError");
  if (timedOut) return { code: "waldur_timeout", message: "Waldur did not answer in time" };
  return { code: "waldur_unreachable", message: `Waldur cannot be reached: ${causeOf(error)}` };
}

/** Returns true when the answer calls itself JSON. */
function isJson({ headers }: Response): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(headers.get("Content-Type") ?? "");
}

function shorten(message: string): string {
  return message.length <= 300 ? message : `${message.slice(0, 299).toWellFormed()}…`;
}
