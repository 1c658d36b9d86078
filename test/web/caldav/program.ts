import { viewerOf } from "../../../src/account/access.ts";
import { makeAppPassword } from "../../../src/account/app-passwords.ts";
import { type Member, readMultistatus } from "../../../src/caldav/multistatus.ts";
import { findUser, type AccountRow } from "../../../src/store/accounts/accounts.ts";
import type { FeedRow } from "../../../src/store/feeds.ts";
import type { World } from "../../world.ts";
import { origin, visitor } from "../visitor.ts";

const spaces =
  'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:A="http://apple.com/ns/ical/"';

/** Returns a PROPFIND body that asks for these properties, such as `D:getetag`. */
export function propfindBody(...names: string[]): string {
  return `<D:propfind ${spaces}><D:prop>${names.map((name) => `<${name}/>`).join("")}</D:prop></D:propfind>`;
}

/** Returns a body whose root, with all prefixes declared, is this element. */
export function body(root: string, inside: string): string {
  return `<?xml version="1.0"?><${root} ${spaces}>${inside}</${root}>`;
}

/** The answer to a request, with its multistatus where it has one. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly members: readonly Member[];
  readonly token: string | null;
}

/** A calendar program that signs in with these credentials; null signs in as nobody. */
export function program(world: World, credentials: { readonly user: string; readonly password: string } | null) {
  const authorization = credentials === null ? null : `Basic ${btoa(`${credentials.user}:${credentials.password}`)}`;
  return {
    user: credentials?.user ?? "nobody",
    async send(
      method: string,
      path: string,
      content: string | null = null,
      headers: Record<string, string> = {},
    ): Promise<Answer> {
      const request = new Request(origin + path, {
        method,
        body: content,
        headers: { ...(authorization !== null && { Authorization: authorization }), ...headers },
        redirect: "manual",
      });
      const response = await world.app.fetch(request, world.deps);
      const text = await response.text();
      const read = response.status === 207 ? readMultistatus(text) : null;
      if (response.status === 207 && read === null) throw new Error(`no multistatus: ${text.slice(0, 200)}`);
      return {
        status: response.status,
        headers: response.headers,
        text,
        members: read?.members ?? [],
        token: read?.syncToken ?? null,
      };
    },
  };
}

/** Signs somebody in on the pages, and makes an app password for their calendar program. */
export async function signedIn(world: World, token: string) {
  await visitor(world).signIn(token);
  // What that began: it would change events between a program's reading and its answer.
  await world.settle();
  const user = await world.sample.fetch(
    new Request("http://sample.waldur.invalid/api/users/me/", { headers: { Authorization: `Token ${token}` } }),
  );
  const { uuid }: { uuid: string } = await user.json();
  const account = await findUser(world.deps.sql, "person", uuid);
  if (account === null) throw new Error("nobody signed in");
  const { password } = await makeAppPassword(world.deps, await viewerOf(world.deps, account), "test");
  return { account, password, program: program(world, { user: account.id, password }) };
}

/** Returns the path of a feed as a calendar of that account. */
export function calendarPath(account: AccountRow, feed: Pick<FeedRow, "id">): string {
  return `/dav/calendars/${account.id}/${feed.id}/`;
}

export type Program = ReturnType<typeof program>;
