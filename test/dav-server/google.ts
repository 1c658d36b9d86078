import { googleHost, googleScope } from "../../src/caldav/auth/google.ts";
import { servers } from "./quirks.ts";
import { makeCaldav } from "./server.ts";

/** The one person at Google. */
export const googleMail = "alice@gmail.com";

/** The client as it is registered there. */
export const googleClient = { clientId: "client-1", clientSecret: "client-secret" };

/** Google as it is documented: token and revocation endpoints, and CalDAV behind the tokens they give. */
export function makeGoogle() {
  const origin = `https://${googleHost}`;
  const user = { name: "", password: "", token: "access-0" };
  const server = makeCaldav({ quirks: { ...servers.google, auth: "bearer" }, user, origin });
  const google = {
    /** Codes that may be redeemed once. */
    codes: new Set<string>(),
    revoked: false,
    scope: googleScope,
    givesRefresh: true,
    down: false,
    serial: 0,
    /** Forms that were sent to the endpoints. */
    forms: [] as Record<string, string>[],
    /** Access tokens that CalDAV was shown. */
    authorizations: [] as string[],
  };
  const json = (status: number, body: object): Response => Response.json(body, { status });

  async function caldav(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    google.authorizations.push(request.headers.get("Authorization") ?? "");
    if (pathname === `/caldav/v2/${encodeURIComponent(googleMail)}/user`) {
      const { method, headers } = request;
      return server.fetch(new Request(`${origin}/dav/`, { method, headers, body: await request.text() }));
    }
    return pathname.startsWith("/dav/") ? server.fetch(request) : new Response("", { status: 404 });
  }

  async function outside(request: Request): Promise<Response> {
    const { origin: host, pathname } = new URL(request.url);
    if (host === origin) return caldav(request);
    if (request.headers.has("Authorization")) throw new Error("the token endpoint is shown a token");
    if (google.down) return new Response("<html>503</html>", { status: 503 });
    const form = Object.fromEntries(new URLSearchParams(await request.text()));
    google.forms.push(form);
    if (pathname === "/revoke") {
      google.revoked = true;
      return json(200, {});
    }
    if (form["client_secret"] !== googleClient.clientSecret) {
      return json(401, { error: "invalid_client", error_description: "Unauthorized" });
    }
    const first = form["grant_type"] === "authorization_code";
    if (first ? !google.codes.delete(form["code"] ?? "") : google.revoked) {
      return json(400, { error: "invalid_grant", error_description: "Token has been expired or revoked." });
    }
    google.serial += 1;
    google.revoked = false;
    Object.assign(user, { token: `access-${google.serial}` });
    return json(200, {
      access_token: user.token,
      expires_in: 3599,
      scope: google.scope,
      token_type: "Bearer",
      ...(first && google.givesRefresh && { refresh_token: "refresh-1" }),
    });
  }

  return { origin, user, server, google, outside };
}
