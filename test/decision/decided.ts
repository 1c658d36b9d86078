import type { Action, DecisionMode } from "../../src/calendar/profile.ts";
import type { SampleBooking } from "../../src/demo/bookings.ts";
import type { RoleName } from "../../src/demo/people.ts";
import type { FeedRow } from "../../src/store/feeds.ts";
import { requestTo } from "../waldur-answers.ts";
import { makeWorld, type World, type WorldOptions } from "../world.ts";

/** Origin of the pages of these worlds. */
export const origin = "https://calendar.example";

/** A page as a browser got it. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** The note at the top of the page, and its colour; "" for none. */
  readonly tone: string;
  readonly note: string;
  /** Values of the buttons that decide. */
  readonly buttons: readonly string[];
}

/** A browser in which somebody opens links of events: it keeps cookies and sends forms as they are. */
export function makeBrowser(world: World, address = "192.0.2.77") {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<Seen> => {
    const request = new Request(new URL(path, origin), init);
    request.headers.set("Test-Address", address);
    if (cookies.size > 0) {
      request.headers.set("Cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    }
    const response = await world.app.fetch(request, world.deps);
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const [name = "", value = ""] = pair.split("=");
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get("Location");
    if (response.status === 303 && location !== null) return send(location);
    return seen(response);
  };
  /** Sends the form of a page that has this button or field, with these values besides. */
  const submit = async (
    page: Seen,
    action: string,
    values: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Seen> => {
    const form = formsOf(page).find((one) => one.action.endsWith(action));
    if (form === undefined) throw new Error(`the page has no form for ${action || "a decision"}`);
    return send(form.action, {
      method: "POST",
      headers: { Origin: origin, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document", ...headers },
      body: new URLSearchParams({ ...form.hidden, ...values }),
    });
  };
  return {
    cookies,
    send,
    submit,
    open: async (link: string): Promise<Seen> => send(new URL(link).pathname),
    decide: async (page: Seen, action: Action, headers: Record<string, string> = {}): Promise<Seen> => {
      const path = formsOf(page).find(
        ({ html }) => html.includes('name="action" value="accept"') || html.includes('name="action" value="reject"'),
      );
      if (path === undefined) throw new Error("the page has no buttons");
      return submit(page, path.action, { action }, headers);
    },
    signIn: async (page: Seen, token: string): Promise<Seen> => submit(page, "/sign-in", { token }),
  };
}

export type TestBrowser = ReturnType<typeof makeBrowser>;

/** A page as a browser shows it. */
export async function seen(response: Response): Promise<Seen> {
  const html = await response.text();
  const [, tone = "", note = ""] = /<div class="note (\w+)" role="\w+">(.*?)<\/div>/s.exec(html) ?? [];
  const buttons = [...html.matchAll(/<button name="action" value="(\w+)"/g)].map((match) => match[1] ?? "");
  return { status: response.status, headers: response.headers, html, tone, note: plain(note), buttons };
}

/** Forms of a page with their hidden fields. */
export function formsOf({ html }: Pick<Seen, "html">) {
  return [...html.matchAll(/<form method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/gs)].map(
    ([, action = "", inner = ""]) => ({
      action,
      html: inner,
      hidden: Object.fromEntries(
        [...inner.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [
          name,
          value,
        ]),
      ),
    }),
  );
}

function plain(html: string): string {
  return html.replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

/** Requests that would change something in Waldur, since the last look. */
export function writesOf(world: World): string[] {
  return world.requests().filter((request) => request.startsWith("POST"));
}

/** The link to the page of a booking in a feed's own text; "" for none. */
export function linkIn(ics: string, bookingUuid: string): string {
  const text = ics.replaceAll(/\r\n[ \t]/g, "");
  return new RegExp(`https?://[^\\s\\\\]+/a/[\\w.-]+\\.${bookingUuid}(?=\\\\n|\\r)`).exec(text)?.[0] ?? "";
}

/** A world with one feed whose events can be decided, and a request of somebody else that waits in it. */
export async function makeCase(options: WorldOptions & { readonly mode?: DecisionMode; readonly zone?: string } = {}) {
  const { mode = "sign-in", zone } = options;
  const world = await makeWorld({
    bookings: 8,
    ...options,
    config: { signedDecisions: mode === "signed", ...options.config },
  });
  const feed: FeedRow = await world.addFeed({ decisions: mode, ...(zone !== undefined && { zone }) });
  await world.tick();
  const address = await world.address(feed);
  const linkOf = async (uuid: string): Promise<string> => linkIn(await world.calendar(address), uuid);
  /** A new request that the feed shows. */
  const request = async (
    change: Parameters<typeof requestTo>[1] = {},
  ): Promise<{ booking: SampleBooking; link: string }> => {
    const booking = requestTo(world.sample, change);
    world.wait(60);
    await world.tick();
    return { booking, link: await linkOf(booking.uuid) };
  };
  return {
    world,
    feed,
    address,
    linkOf,
    request,
    status: async (uuid: string): Promise<string> => {
      const text = (await world.calendar(address)).replaceAll(/\r\n[ \t]/g, "");
      const event = text.split("BEGIN:VEVENT").find((one) => one.includes(`UID:${uuid}-1\r\n`)) ?? "";
      return /\r\nSTATUS:(\w+)/.exec(event)?.[1] ?? "none";
    },
    /** A browser in which this person has signed in on the page. */
    signedIn: async (role: RoleName, link: string, from?: string): Promise<{ browser: TestBrowser; page: Seen }> => {
      const browser = makeBrowser(world, from);
      return { browser, page: await browser.signIn(await browser.open(link), world.sample.tokens[role]) };
    },
  };
}

export type Case = Awaited<ReturnType<typeof makeCase>>;
