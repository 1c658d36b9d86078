import { createServer } from "node:http";
import { once } from "node:events";
import fc from "fast-check";
import manifest from "../../package.json" with { type: "json" };
import { afterEach, describe, expect, it } from "vitest";
import { AppError, type ErrorCode } from "../../src/errors.ts";
import { authorization, makeSend } from "../../src/waldur/http.ts";
import { readRetryAfter } from "../../src/lib/backoff.ts";
import { type Answering, classicToken, fake, fakeSend, json, nowMs } from "./fake.ts";

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

const html = (status: number): Response =>
  new Response("<!doctype html><title>Welcome</title>", {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8" },
  });
const redirect = (location?: string): Response =>
  new Response(null, { status: 302, ...(location !== undefined && { headers: { Location: location } }) });
const opaque = (): Response => {
  const response = new Response(null);
  Object.defineProperties(response, { type: { value: "opaqueredirect" }, status: { value: 0 }, ok: { value: false } });
  return response;
};
const throttled = (wait?: string): Response =>
  json({ detail: "Slow down." }, 429, wait === undefined ? {} : { "Retry-After": wait });
const endless = (): Response => {
  const chunk = new Uint8Array(1024 * 1024).fill(32);
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(chunk) });
  return new Response(body, { headers: { "Content-Type": "application/json" } });
};
const cutOff = (): Response => {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('[{"uuid":'));
      controller.error(new TypeError("terminated"));
    },
  });
  return new Response(body, { headers: { "Content-Type": "application/json" } });
};
const asJson = { headers: { "Content-Type": "application/json" } };
const networkError = (): Error => new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND waldur") });

const severalAddresses = (): Error => {
  const first = new Error("connect ECONNREFUSED ::1:443");
  const cause = new AggregateError([first, new Error("connect ECONNREFUSED 127.0.0.1:443")]);
  return new TypeError("fetch failed", { cause });
};
/** As OpenSSL 3 tells that the other side speaks no TLS. */
const plainServer = (): Error => {
  const source = "../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:77:";
  const text = `404D2D315F7F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:${source}\n`;
  return new TypeError("fetch failed", { cause: new Error(text) });
};

describe("faults of Waldur and of what lies between", () => {
  const faults: readonly (readonly [string, Answering, ErrorCode, RegExp, tries: number])[] = [
    ["network error", networkError, "waldur_unreachable", /cannot be reached: getaddrinfo ENOTFOUND/, 3],
    [
      "several addresses",
      severalAddresses,
      "waldur_unreachable",
      /cannot be reached: connect ECONNREFUSED ::1:443$/,
      3,
    ],
    ["https of a server without TLS", plainServer, "waldur_unreachable", /reached: TLS: wrong version number$/, 3],
    ["connection cut in a body", cutOff, "waldur_unreachable", /cannot be reached: terminated/, 3],
    ["timeout", () => new DOMException("late", "TimeoutError"), "waldur_timeout", /did not answer in time/, 1],
    [
      "JSON that was cut",
      () => new Response("[1,", asJson),
      "waldur_bad_answer",
      /broken JSON: it may have been cut/,
      1,
    ],
    [
      "JSON of a million lists",
      () => new Response(`[${"[],".repeat(1e6)}0]`, asJson),
      "waldur_bad_answer",
      /too many lists/,
      1,
    ],
    ["page of HTML with 200", () => html(200), "waldur_bad_answer", /text\/html.*, not JSON/, 1],
    [
      "200 without a type",
      () => new Response(new Uint8Array([91, 93])),
      "waldur_bad_answer",
      /without a type, not JSON/,
      1,
    ],
    ["page of HTML with 500", () => html(500), "waldur_failed", /answered 500/, 3],
    ["502", () => html(502), "waldur_failed", /answered 502/, 3],
    ["503 that wants an hour", () => json({}, 503, { "Retry-After": "3600" }), "waldur_failed", /answered 503/, 1],
    [
      "half a page",
      () => new Response('[{"uuid": "abc', { headers: { "Content-Type": "application/json" } }),
      "waldur_bad_answer",
      /broken JSON/,
      1,
    ],
    ["body without end", endless, "waldur_bad_answer", /larger than 16777216 bytes/, 1],
    [
      "redirect to another host",
      () => redirect("https://other.example/api/x/?secret=1"),
      "waldur_bad_answer",
      /^Waldur redirects to https:\/\/other\.example: WALDUR_API_URL should/,
      1,
    ],
    [
      "redirect to a login",
      () => redirect("/login?next=/api/x/"),
      "waldur_bad_answer",
      /redirects \/api\/x\/ to \/login: .*login/,
      1,
    ],
    ["redirect to nowhere", () => redirect(), "waldur_bad_answer", /redirects are not followed/, 1],
    ["redirect hidden by the platform", opaque, "waldur_bad_answer", /redirects are not followed/, 1],
    ["429 without a time", () => throttled(), "waldur_throttled", /429/, 1],
    ["429 for 2 seconds", () => throttled("2"), "waldur_throttled", /429/, 3],
    ["429 for a minute", () => throttled("60"), "waldur_throttled", /429/, 1],
    [
      "401 expired",
      () => json({ detail: "Token has expired." }, 401),
      "waldur_refused_token",
      /401: Token has expired\.$/,
      1,
    ],
    ["401 inactive", () => json({ detail: "User inactive or deleted." }, 401), "waldur_refused_token", /inactive/, 1],
    ["403", () => json({ detail: "No." }, 403), "waldur_forbidden", /403: No\./, 1],
    [
      "404",
      () => json({ detail: "No Resource matches the given query." }, 404),
      "waldur_not_found",
      /404: No Resource/,
      1,
    ],
    ["405", () => json({ detail: "Method." }, 405), "waldur_bad_request", /405: Method\./, 1],
    ["409", () => json({ detail: "Valid states for operation: Creating." }, 409), "waldur_conflict", /Valid states/, 1],
    ["400 list", () => json(["Related order is not found."], 400), "waldur_not_ready", /^Related order/, 1],
    [
      "400 object",
      () => json({ modified: ["Enter a valid date."], o: ["No."] }, 400),
      "waldur_bad_request",
      /400: modified: Enter a valid date\.; o: No\./,
      1,
    ],
    // A missing booking or a lost right must come from Waldur itself.
    ["404 of a proxy", () => html(404), "waldur_bad_answer", /not Waldur's API answered 404/, 1],
    ["403 of a firewall", () => html(403), "waldur_bad_answer", /not Waldur's API answered 403/, 1],
    [
      "401 of a proxy",
      () => new Response(null, { status: 401 }),
      "waldur_bad_answer",
      /not Waldur's API answered 401/,
      1,
    ],
  ];

  it.each(faults)("%s on a read", async (_what, answering, code, message, tries) => {
    const { send, requests, pauses } = fakeSend(answering);
    const error = await failureOf(send("GET", "/x/"));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.facts["path"]).toBe("/x/");
    expect(requests).toHaveLength(tries);
    expect(pauses).toHaveLength(tries - 1);
  });

  it.each(faults)("%s on a write is met once", async (_what, answering, code) => {
    const { send, requests, pauses } = fakeSend(answering);
    expect((await failureOf(send("POST", "/x/"))).code).toBe(code);
    expect(requests.map(({ method, redirect: mode }) => [method, mode])).toEqual([["POST", "manual"]]);
    expect(pauses).toEqual([]);
  });

  it.each([
    ["Token has expired.", undefined],
    ["Invalid token.", undefined],
    ["User inactive or deleted.", true],
  ])("401 %s: inactive is %s", async (detail, inactive) => {
    const { send } = fakeSend(() => json({ detail }, 401));
    expect((await failureOf(send("GET", "/x/"))).facts["inactive"]).toBe(inactive);
  });

  it("a deadline that has passed is a timeout, whatever the runtime calls it", async () => {
    const { transport } = fake(() => new Error("The operation was aborted"));
    const send = makeSend({ ...transport, deadline: () => AbortSignal.abort() });
    expect((await failureOf(send("GET", "/x/"))).code).toBe("waldur_timeout");
  });

  it("a deadline holds where the runtime forgets the signal of a request, or of its body", async () => {
    const stuck = new ReadableStream({ pull: async () => new Promise(() => {}) });
    for (const answer of [new Promise<Response>(() => {}), new Response(stuck)]) {
      const clock = new AbortController();
      const { transport } = fake(async () => answer);
      const send = makeSend({ ...transport, deadline: () => clock.signal });
      const failed = failureOf(send("POST", "/x/"));
      setTimeout(() => clock.abort(), 5);
      expect((await failed).code).toBe("waldur_timeout");
    }
  });

  it("an answer without body is null, also to a write", async () => {
    const { send } = fakeSend(() => new Response(null, { status: 204 }));
    expect((await send("POST", "/x/")).body).toBeNull();
  });

  it.each(["application/json", "application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json"])(
    "%s is JSON",
    async (type) => {
      const { send } = fakeSend(() => new Response("\ufeff[1]", { headers: { "Content-Type": type } }));
      expect((await send("GET", "/x/")).body).toEqual([1]);
    },
  );

  it("a long reason is cut", async () => {
    const { send } = fakeSend(() => json({ detail: "x".repeat(5000) }, 409));
    expect((await failureOf(send("POST", "/x/"))).message.length).toBeLessThanOrEqual(300);
  });
});

describe("trying again", () => {
  it("502, then an answer", async () => {
    const { send, requests } = fakeSend((_request, attempt) => (attempt === 1 ? html(502) : json([1])));
    expect((await send("GET", "/x/")).body).toEqual([1]);
    expect(requests).toHaveLength(2);
  });

  it.each([
    [0, [250, 500]],
    [128, [375, 750]],
    [255, [499.0234375, 998.046875]],
  ])("pauses grow, half of them is chance (%i)", async (chance, wanted) => {
    const { send, pauses } = fakeSend(() => html(502), { chance });
    await failureOf(send("GET", "/x/"));
    expect(pauses).toEqual(wanted);
  });

  it.each([
    ["seconds", "3", 3000],
    ["no time at all", "0", 375],
    ["a date", new Date(nowMs + 7000).toUTCString(), 7000],
    ["a date gone by", new Date(nowMs - 7000).toUTCString(), 375],
  ])("Retry-After as %s is kept", async (_what, wait, pause) => {
    const { send, pauses } = fakeSend((_request, attempt) => (attempt === 1 ? throttled(wait) : json([])));
    await send("GET", "/x/");
    expect(pauses).toEqual([pause]);
  });

  it.each([
    ["60", 60],
    [new Date(nowMs + 90_000).toUTCString(), 90],
    ["999999999", 3600],
    ["soon", undefined],
  ])("a long Retry-After (%s) is left to the caller, and is at most an hour", async (wait, seconds) => {
    const { send, requests } = fakeSend(() => throttled(wait));
    expect((await failureOf(send("GET", "/x/"))).facts["retryAfter"]).toBe(seconds);
    expect(requests).toHaveLength(1);
  });

  it("each attempt has a deadline of its own", async () => {
    const { send, deadlines } = fakeSend(() => html(503));
    await failureOf(send("GET", "/x/"));
    expect(deadlines).toEqual([30_000, 30_000, 30_000]);
  });

  it.each([
    ["12", 12],
    [" 0 ", 0],
    ["Mon, 23 Nov 2026 12:00:05 GMT", 5],
    ["Mon, 23 Nov 2026 11:00:00 GMT", 0],
    ["later", null],
    [null, null],
  ])("Retry-After %j means %j seconds", (value, seconds) => {
    expect(readRetryAfter(value, nowMs)).toBe(seconds);
  });
});

describe("requests", () => {
  it("go out two at a time, in the order they were asked for, whatever fails", async () => {
    let open = 0;
    const seen: string[] = [];
    const { send } = fakeSend(async (request) => {
      const { pathname } = new URL(request.url);
      open += 1;
      seen.push(`${pathname} ${open}`);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      open -= 1;
      return pathname === "/api/b/" ? json({ detail: "No." }, 403) : json([]);
    });
    const outcomes = await Promise.allSettled(["/a/", "/b/", "/c/", "/d/"].map(async (path) => send("GET", path)));
    expect(seen).toEqual(["/api/a/ 1", "/api/b/ 2", "/api/c/ 1", "/api/d/ 2"]);
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });

  it("ask for JSON in English, without cookies or a body, and follow nothing", async () => {
    const { send, requests } = fakeSend(() => json([]));
    await send("GET", "/x/", new URLSearchParams({ a: "1 2" }));
    const [request] = requests;
    expect(request?.url).toBe("https://waldur.example.org/api/x/?a=1+2");
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      accept: "application/json",
      "accept-language": "en",
      authorization: `Token ${classicToken}`,
      "user-agent": `waldur-calendar/${manifest.version}`,
    });
    expect(request?.redirect).toBe("manual");
    expect(request?.body ?? null).toBeNull();
  });
});

describe("tokens", () => {
  it.each([
    [classicToken, "Token"],
    ["w_1800000000_abcDEF", "Bearer"],
    ["eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl-_", "Bearer"],
    ["a.b", "Token"],
    ["xw_1800000000", "Token"],
  ])("%s goes out as %s", (token, scheme) => {
    expect(authorization(token)).toBe(`${scheme} ${token}`);
  });

  it.each(["", " ", "two words", "line\nbreak", "tökén", "tab\t"])("%j is no token", (token) => {
    expect(() => makeSend(fake(() => json([]), { token }).transport)).toThrow(/token for Waldur/);
  });

  it.each([
    ["Authentication credentials were not provided.", /does not take personal access tokens/],
    ["Invalid JWT token.", /switched off/],
    ["Invalid token.", /expired, revoked, or not allowed from this address/],
  ])("a refused personal access token (%s) comes with why that may be", async (detail, message) => {
    const { send } = fakeSend(() => json({ detail }, 401), { token: "w_1800000000_abcDEF" });
    expect((await failureOf(send("GET", "/x/"))).message).toMatch(message);
  });

  it("are not among the names of refused parameters", async () => {
    const token = "abcdefabcdef";
    const { send } = fakeSend(() => json({ [token]: ["No."], o: ["No."] }, 400), { token });
    expect((await failureOf(send("GET", "/x/"))).facts["refused"]).toBe("o");
  });

  it("are in no error, wherever Waldur or the runtime quotes them", async () => {
    const letters = fc.constantFrom(..."abcdef0123456789ABCXYZ_-.~!\"\\$&'{}[]%");
    const token = fc.string({ unit: letters, minLength: 12, maxLength: 60 });
    const place = fc.constantFrom<(token: string) => Response | Error>(
      (one) => json({ detail: `Invalid token ${one}.` }, 401),
      (one) => json({ [one]: [one] }, 400),
      (one) => json([one, [one]], 400),
      (one) => json(`${"x".repeat(280)}${one}`, 409),
      (one) => json({ detail: one.repeat(40) }, 404),
      (one) => new Response(one, { status: 403, headers: { "Content-Type": "text/plain" } }),
      (one) => new Response(`[${one}`, { headers: { "Content-Type": "application/json" } }),
      (one) => new Response("x", { headers: { "Content-Type": `text/html; was=${one}` } }),
      (one) => redirect(`https://other.example/${one}?token=${one}`),
      (one) => redirect(`/${one}`),
      (one) => new TypeError(`Token ${one} is an invalid header value`),
      (one) => new TypeError("fetch failed", { cause: new Error(`cannot send ${one}`) }),
      (one) => new DOMException(one, "TimeoutError"),
    );
    const methods = fc.constantFrom<"GET" | "POST">("GET", "POST");
    await fc.assert(
      fc.asyncProperty(token, place, methods, async (one, answer, method) => {
        const { send } = fakeSend(() => answer(one), { token: one });
        const error = await failureOf(send(method, "/x/"));
        const told = [error.message, error.stack, error.cause, ...Object.values(error.facts)].join("\n");
        expect(told).not.toContain(one);
      }),
      { numRuns: 300 },
    );
  });
});

describe("over a real socket", () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function serve(answer: Parameters<typeof createServer>[1] & object): Promise<string> {
    const server = createServer(answer).listen(0, "127.0.0.1");
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    return `http://127.0.0.1:${address.port}`;
  }

  it.each([
    ["an answer that never begins", false],
    ["a body that never ends", true],
  ])("%s meets the deadline", async (_what, begins) => {
    const url = await serve((_request, response) => {
      if (begins) response.writeHead(200, { "Content-Type": "application/json" }).write("[");
    });
    const { transport } = fake(() => json([]));
    const send = makeSend({
      ...transport,
      url,
      fetch: async (request) => fetch(request),
      deadline: () => AbortSignal.timeout(50),
    });
    expect((await failureOf(send("GET", "/x/"))).code).toBe("waldur_timeout");
  });

  it("a redirect is seen, and nothing is sent to where it leads", async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response.writeHead(301, { Location: "/api/elsewhere/" }).end();
    });
    const { transport } = fake(() => json([]));
    const send = makeSend({ ...transport, url, fetch: async (request) => fetch(request) });
    expect((await failureOf(send("GET", "/x/"))).message).toMatch(/redirects \/api\/x\/ to \/api\/elsewhere\//);
    expect((await failureOf(send("POST", "/x/"))).code).toBe("waldur_bad_answer");
    expect(paths).toEqual(["/api/x/", "/api/x/"]);
  });
});

describe("the name under which Waldur is asked", () => {
  it("is ours, with the version", async () => {
    const { transport, requests } = fake(() => json([]));
    await makeSend(transport)("GET", "/x/");
    expect(requests[0]?.headers.get("User-Agent")).toMatch(/^waldur-calendar\/\d+\.\d+\.\d+$/);
  });
});
