/** Answers one request with a fault. `apply` does what the server would have done; without a call of it nothing is done. */
export type Fault = (apply: () => Promise<Response>, request: Request) => Promise<Response>;

const reset = (): never => {
  throw new TypeError("fetch failed", { cause: new Error("read ECONNRESET") });
};

/** The server did it, and the answer was lost. */
export const lostAnswer: Fault = async (apply) => {
  await apply();
  return reset();
};

/** The connection broke before the server saw the request. */
export const resetBefore: Fault = async () => reset();

/** The server answered at once with 412, without reading the body, and closed the connection. */
export const refusedEarly: Fault = async () =>
  new Response("Precondition failed.", { status: 412, headers: { Connection: "close" } });

/** A status instead of the real answer; nothing was done. */
export const status =
  (code: number, headers: Record<string, string> = {}, body = "the server says no"): Fault =>
  async () =>
    new Response(code === 204 ? null : body, { status: code, headers });

/** 429 or 503 with Retry-After as it is given: seconds, or an HTTP date. */
export const throttled = (code: 429 | 503, retryAfter: string): Fault => status(code, { "Retry-After": retryAfter });

/** Google's usage limit. */
export const usageLimits: Fault = status(
  403,
  { "Content-Type": "application/json" },
  '{"error":{"errors":[{"domain":"usageLimits","reason":"rateLimitExceeded"}],"code":403,"message":"Rate Limit Exceeded"}}',
);

export const quota: Fault = status(
  507,
  { "Content-Type": "application/xml" },
  '<D:error xmlns:D="DAV:"><D:quota-not-exceeded/></D:error>',
);

/** Makes the fault that does what was asked and answers with another status. */
export const doneBut =
  (code: number): Fault =>
  async (apply) => {
    await apply();
    return new Response("went wrong after all", { status: code });
  };

/** The answer ends in its middle. */
export const truncated: Fault = async (apply) => {
  const response = await apply();
  const text = await response.text();
  return new Response(text.slice(0, Math.floor(text.length / 2)), response);
};

/** A portal in front of the server answers 200 with its login page. */
export const loginPage: Fault = async () =>
  new Response("<!DOCTYPE html><html><body><form>Log in</form></body></html>", {
    status: 200,
    headers: { "Content-Type": "text/html; charset=utf-8" },
  });

export const redirect = (to: string, code: 301 | 302 | 303 | 307 | 308 = 302): Fault =>
  status(code, { Location: to }, "");

/** A body that comes drop by drop and never ends, until the client gives up. */
export const slowDrip: Fault = async (apply, request) => {
  const response = await apply();
  const { signal } = request;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("<"));
      const stop = (): void => controller.error(signal.reason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    },
  });
  return new Response(response.status === 204 ? null : body, { status: response.status, headers: response.headers });
};

/** An answer without end. */
export const endless: Fault = async () =>
  new Response(
    new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20));
      },
    }),
    { status: 207, headers: { "Content-Type": "application/xml" } },
  );
