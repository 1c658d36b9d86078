import type { AppError, ErrorCode } from "../errors.ts";
import { readRetryAfter } from "../lib/backoff.ts";
import { parseJson } from "../lib/json.ts";

/** The meaning of an answer, or of the lack of one. */
export interface Refused {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts?: AppError["facts"];
}

interface AskedOfWaldur {
  /** The address of the request, without its query. */
  readonly url: string;
  /** "" for a request without one. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: "waldur_refused_token",
  403: "waldur_forbidden",
  404: "waldur_not_found",
  409: "waldur_conflict",
};

/** A wrong clock somewhere must not keep us away for long. */
export const longestWaitSeconds = 3600;
/** Error bodies of Waldur are flat; what is nested deeper says nothing. */
const deepest = 4;

/**
 * Returns what an answer other than 2xx means. Its facts: `status`; `retryAfter`, seconds; `inactive`, when the user behind the
 * token is; `refused`, the names of the parameters that Waldur did not take.
 */
export function readRefusal(response: Response, text: string, { url, token, now }: AskedOfWaldur): Refused {
  const { status, headers } = response;
  // Browsers hide a redirect that is not followed behind status 0; Workers and Node show it.
  if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
    return { code: "waldur_bad_answer", message: redirectText(headers.get("Location"), url), facts: { status } };
  }
  const retryAfter = readRetryAfter(headers.get("Retry-After"), now);
  const facts = { status, ...(retryAfter !== null && { retryAfter: Math.min(retryAfter, longestWaitSeconds) }) };
  if (status === 429) return { code: "waldur_throttled", message: "Waldur is asked too often (429)", facts };
  if (status >= 500) return { code: "waldur_failed", message: `Waldur answered ${status}`, facts };
  const body = parseJson(text);
  if (body === undefined) {
    // A missing booking or right is told in JSON: this comes from something else, and says nothing about either.
    const message = `Something that is not Waldur's API answered ${status}: is WALDUR_API_URL right, and what stands in front of it?`;
    return { code: "waldur_bad_answer", message, facts };
  }
  const told = detailOf(body);
  if (status === 400 && Array.isArray(body)) return { code: "waldur_not_ready", message: told, facts };
  const message = `Waldur answered ${status}${told === "" ? "" : `: ${told}`}`;
  if (status === 401) {
    const inactive = /\binactive\b/i.test(told);
    return {
      code: "waldur_refused_token",
      message: token.startsWith("w_") && !inactive ? `${message} ${hintOf(told)}` : message,
      facts: { ...facts, ...(inactive && { inactive }) },
    };
  }
  const refused = refusedParameters(body, token);
  return {
    code: codes[status] ?? "waldur_bad_request",
    message,
    facts: { ...facts, ...(status === 400 && refused !== "" && { refused }) },
  };
}

/** Returns why a personal access token may be refused: Waldur says the same of a wrong, an expired and a revoked one. */
function hintOf(told: string): string {
  return /JWT|not provided/.test(told)
    ? "(this Waldur does not take personal access tokens, or they are switched off)"
    : "(it may be expired, revoked, or not allowed from this address)";
}

function redirectText(location: string | null, from: string): string {
  const { origin, pathname } = new URL(from);
  const target = location !== null && URL.canParse(location, from) ? new URL(location, from) : null;
  if (target === null) return `Waldur redirects ${pathname}, and redirects are not followed`;
  return target.origin === origin
    ? `Waldur redirects ${pathname} to ${target.pathname}: does something in front of it want a login?`
    : `Waldur redirects to ${target.origin}: WALDUR_API_URL should be the address it redirects to`;
}

/** Returns what the body of an error says. */
function detailOf(body: unknown, depth = 0): string {
  if (typeof body === "string") return body;
  if (typeof body !== "object" || body === null || depth >= deepest) return "";
  if (Array.isArray(body)) return body.map((one) => detailOf(one, depth + 1)).join(" ");
  if ("detail" in body) return detailOf(body.detail, depth + 1);
  return Object.entries(body)
    .map(([name, value]) => `${name}: ${detailOf(value, depth + 1)}`)
    .join("; ");
}

/** Returns the parameters that a 400 names. */
function refusedParameters(body: unknown, token: string): string {
  if (typeof body !== "object" || body === null) return "";
  return Object.keys(body)
    .filter((name) => /^[a-z_]{1,40}$/.test(name) && (token === "" || !name.includes(token)))
    .join(",");
}
