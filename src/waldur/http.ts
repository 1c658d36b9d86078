import { AppError, type ErrorCode, messageOf } from "../errors.ts";

/** What requests to one Waldur need from outside. */
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
export interface Answer {
  readonly headers: Headers;
  /** Parsed JSON; null without a body. */
  readonly body: unknown;
}

/** Sends one request. `path` starts behind `/api`, and ends in a slash as Waldur wants it. */
export type Send = (method: "GET" | "HEAD" | "POST", path: string, query?: URLSearchParams) => Promise<Answer>;

const attempts = 3;
const firstPauseMilliseconds = 500;
/** A longer wait is for the next run, not for this one. */
const longestPauseSeconds = 10;
const mostBytes = 64 * 1024 * 1024;

/**
 * Requests to Waldur, one at a time. Reads are tried up to three times, with growing pauses, where trying again may help;
 * writes never. Redirects are not followed. Throws `waldur_…` errors; none holds the token.
 */
export function makeSend(transport: Transport): Send {
  let last: Promise<unknown> = Promise.resolve();
  return async (method, path, query) => {
    const turn = last.then(async () => sendPatiently(transport, method, path, query));
    last = turn.catch(() => undefined);
    return turn;
  };
}

/** The header that carries a token, by its shape: classic ones are `Token`, personal access tokens and JWTs `Bearer`. */
export function authorization(token: string): string {
  const bearer = /^w_/.test(token) || /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);
  return `${bearer ? "Bearer" : "Token"} ${token}`;
}

async function sendPatiently(
  transport: Transport,
  method: string,
  path: string,
  query?: URLSearchParams,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnce(transport, method, path, query);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const pause = pauseBefore(transport, error, attempt);
      if (method === "POST" || attempt >= attempts || pause === null) throw error;
      await transport.sleep(pause);
    }
  }
}

/** Milliseconds to wait before the next attempt; null: there should be none. Half of it is chance, so that many do not come at once. */
function pauseBefore({ random }: Transport, error: AppError, attempt: number): number | null {
  if (!["waldur_unreachable", "waldur_failed", "waldur_throttled"].includes(error.code)) return null;
  const asked = error.facts["retryAfter"];
  if (typeof asked === "number") return asked <= longestPauseSeconds ? asked * 1000 : null;
  if (error.code === "waldur_throttled") return null;
  const [chance = 0] = random(1);
  return firstPauseMilliseconds * 2 ** (attempt - 1) * (0.5 + chance / 512);
}

async function sendOnce(transport: Transport, method: string, path: string, query?: URLSearchParams): Promise<Answer> {
  const suffix = query === undefined || query.size === 0 ? "" : `?${query.toString()}`;
  const request = new Request(`${transport.url}/api${path}${suffix}`, {
    method,
    headers: {
      Accept: "application/json",
      // Errors are told apart by status; the little that is read of their texts is English.
      "Accept-Language": "en",
      Authorization: authorization(transport.token),
    },
    redirect: "manual",
    signal: transport.deadline(transport.timeoutMilliseconds),
  });
  let response: Response;
  let text: string;
  try {
    response = await transport.fetch(request);
    text = method === "HEAD" ? "" : await readText(response, path);
  } catch (error) {
    throw failureOf(error, path);
  }
  if (response.ok) {
    return { headers: response.headers, body: text === "" ? null : parse(response, text, path) };
  }
  throw refusalOf(response, text, path, transport.now());
}

function failureOf(error: unknown, path: string): AppError {
  if (error instanceof AppError) return error;
  const timedOut = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
  return timedOut
    ? new AppError("waldur_timeout", "Waldur did not answer in time", { cause: error, facts: { path } })
    : new AppError("waldur_unreachable", `Waldur cannot be reached: ${cause}`, { cause: error, facts: { path } });
}

async function readText(response: Response, path: string): Promise<string> {
  const tooLarge = (): AppError =>
    new AppError("waldur_bad_answer", `Waldur's answer is larger than ${mostBytes} bytes`, { facts: { path } });
  if (Number(response.headers.get("Content-Length") ?? 0) > mostBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > mostBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parse(response: Response, text: string, path: string): unknown {
  const type = response.headers.get("Content-Type") ?? "";
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new AppError(
      "waldur_bad_answer",
      `Waldur answered ${type === "" ? "something without type" : type}, not JSON`,
      {
        facts: { path, status: response.status },
      },
    );
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("waldur_bad_answer", "Waldur's answer is broken JSON: it may have been cut", {
      cause: error,
      facts: { path, status: response.status },
    });
  }
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: "waldur_refused_token",
  403: "waldur_forbidden",
  404: "waldur_not_found",
  409: "waldur_conflict",
  429: "waldur_throttled",
};

function refusalOf(response: Response, text: string, path: string, now: number): AppError {
  const { status } = response;
  const facts = { path, status };
  if (status >= 300 && status < 400) {
    const target = response.headers.get("Location") ?? "elsewhere";
    const where = URL.canParse(target) ? new URL(target).origin : target;
    return new AppError(
      "waldur_bad_answer",
      `Waldur redirects to ${where}: WALDUR_API_URL should be the address it redirects to`,
      { facts },
    );
  }
  const retryAfter = readRetryAfter(response.headers.get("Retry-After"), now);
  const wait = retryAfter === null ? {} : { retryAfter };
  if (status >= 500)
    return new AppError("waldur_failed", `Waldur answered ${status}`, { facts: { ...facts, ...wait } });
  const body = safeJson(text);
  const told = detailOf(body);
  if (status === 400 && Array.isArray(body)) {
    return new AppError("waldur_not_ready", told === "" ? "Waldur is not ready for this" : told, { facts });
  }
  const code = codes[status] ?? "waldur_bad_request";
  const message = `Waldur answered ${status}${told === "" ? "" : `: ${told}`}`;
  const inactive = status === 401 && /inactive/i.test(told);
  return new AppError(code, message, { facts: { ...facts, ...wait, ...(inactive && { inactive }) } });
}

/** Seconds until a server wants to be asked again (RFC 9110 10.2.3), from seconds or a date; null without or for neither. */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}

/** What a body of an error says, in short. */
function detailOf(body: unknown): string {
  if (typeof body === "string") return body.slice(0, 200);
  if (Array.isArray(body)) return body.map(detailOf).join(" ").slice(0, 200);
  if (typeof body !== "object" || body === null) return "";
  if ("detail" in body) return detailOf(body.detail);
  return Object.entries(body)
    .map(([name, value]) => `${name}: ${detailOf(value)}`)
    .join("; ")
    .slice(0, 200);
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
