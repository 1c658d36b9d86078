import { describe, expect, it } from "vitest";
import {
  consentUrl,
  googleEndpoints,
  type GoogleConnection,
  googleScope,
  type GoogleTokens,
  makeGoogleSigner,
  redeemCode,
  refreshTokens,
  revokeTokens,
} from "../../../src/caldav/auth/google.ts";
import { makeCalendarPort } from "../../../src/caldav/client.ts";
import { makeGuardedFetch } from "../../../src/security/guard.ts";
import { googleClient, makeGoogle } from "../../dav-server/google.ts";
import { doneOf, eventText, kindOf, valueOf } from "../../contract/caldav/suite.ts";

const app = { ...googleClient, redirectUri: "https://calendar.example/oauth/google" };

function standIn() {
  const clock = { ms: Date.UTC(2027, 0, 4) };
  const { outside, ...rest } = makeGoogle();
  const deadline = (): AbortSignal => new AbortController().signal;
  const guarded = makeGuardedFetch({ outside, deadline, rules: { allowed: [], own: [] } });
  const line: GoogleConnection = { guarded, now: () => clock.ms, app };
  return { ...rest, line, clock };
}

const old: GoogleTokens = {
  accessToken: "access-0",
  refreshToken: "refresh-1",
  expiresAt: Date.UTC(2027, 0, 4) / 1000 + 3600,
};

describe("consent", () => {
  it("asks for the calendar, a refresh token and a proof that the same browser comes back", async () => {
    const url = new URL(
      await consentUrl(app, {
        state: "s-1",
        verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        account: "a@gmail.com",
      }),
    );
    expect(url.origin + url.pathname).toBe(googleEndpoints.authorize);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "client-1",
      redirect_uri: app.redirectUri,
      response_type: "code",
      scope: googleScope,
      access_type: "offline",
      prompt: "consent",
      state: "s-1",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
      login_hint: "a@gmail.com",
    });
    expect(url.href).not.toContain(app.clientSecret);
  });

  it("gives tokens for a code, once", async () => {
    const { line, google } = standIn();
    google.codes.add("code-1");
    expect(await redeemCode(line, "code-1", "verifier")).toEqual({
      tokens: { accessToken: "access-1", refreshToken: "refresh-1", expiresAt: Date.UTC(2027, 0, 4) / 1000 + 3599 },
    });
    expect(google.forms[0]).toMatchObject({ code_verifier: "verifier", redirect_uri: app.redirectUri });
    expect(await redeemCode(line, "code-1", "verifier")).toMatchObject({ refused: "denied" });
  });

  it("is no consent without the calendar, or without a refresh token", async () => {
    const { line, google } = standIn();
    google.codes.add("code-1").add("code-2");
    google.scope = "openid";
    expect(await redeemCode(line, "code-1", "v")).toMatchObject({ refused: "denied" });
    Object.assign(google, { scope: googleScope, givesRefresh: false });
    expect(await redeemCode(line, "code-2", "v")).toMatchObject({ refused: "denied" });
  });

  it("tells the operator's mistake, an outage and a revoked grant apart", async () => {
    const { line, google } = standIn();
    const wrong = { ...line, app: { ...app, clientSecret: "wrong" } };
    expect(await refreshTokens(wrong, "refresh-1")).toMatchObject({ refused: "misconfigured" });
    google.down = true;
    expect(await refreshTokens(line, "refresh-1")).toMatchObject({ refused: "failed" });
    google.down = false;
    expect(await revokeTokens(line, "refresh-1")).toBe(true);
    expect(await refreshTokens(line, "refresh-1")).toEqual({
      refused: "revoked",
      why: "invalid_grant: Token has been expired or revoked.",
    });
  });
});

describe("requests to Google's CalDAV", () => {
  function open(tokens = old) {
    const all = standIn();
    const kept: GoogleTokens[] = [];
    const signer = makeGoogleSigner(
      all.line,
      tokens,
      { origins: [all.origin], domain: null },
      async (one) => void kept.push(one),
    );
    const port = makeCalendarPort(all.server.calendarUrl(), { guarded: all.line.guarded, signer, now: all.line.now });
    return { ...all, kept, signer, port };
  }

  it("show the token, and renew it before it ends", async () => {
    const { port, google, clock, kept } = open();
    doneOf(await port.create("a.ics", eventText("a")));
    expect(google.forms).toEqual([]);
    clock.ms += 3550_000;
    valueOf(await port.state());
    expect(google.authorizations).toEqual(["Bearer access-0", "Bearer access-1"]);
    expect(kept.map(({ accessToken }) => accessToken)).toEqual(["access-1"]);
  });

  it("renew it once after a 401, however many wait for it", async () => {
    const { port, google, user, kept } = open();
    Object.assign(user, { token: "another" });
    const answers = await Promise.all([port.state(), port.list(), port.state()]);
    expect(answers.map(kindOf)).toEqual(["done", "done", "done"]);
    expect(google.forms).toHaveLength(1);
    expect(kept).toHaveLength(1);
  });

  it("stop when the grant is revoked, and say so", async () => {
    const { port, google, user, signer } = open();
    Object.assign(user, { token: "another" });
    google.revoked = true;
    expect(kindOf(await port.state())).toBe("unauthorized");
    expect(signer.refusal()).toMatchObject({ refused: "revoked" });
    expect(kindOf(await port.list())).toBe("unauthorized");
    expect(google.forms).toHaveLength(1);
    expect(google.authorizations.at(-1)).toBe("");
  });

  it("keep trying when Google's token endpoint is down for a while", async () => {
    const { port, google, user, signer } = open();
    Object.assign(user, { token: "another" });
    google.down = true;
    expect(kindOf(await port.state())).toBe("unknown");
    expect(signer.refusal()).toMatchObject({ refused: "failed" });
    google.down = false;
    expect(kindOf(await port.state())).toBe("done");
    expect(signer.refusal()).toBe(null);
  });
});
