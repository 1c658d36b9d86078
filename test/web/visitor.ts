import type { World } from "../world.ts";

export const origin = "https://calendar.example";

/** A browser without script over the app: it keeps cookies, follows nothing by itself, and sends forms as browsers do. */
export function visitor(world: World, language = "en") {
  const cookies = new Map<string, string>();
  const keep = (response: Response): Response => {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  const headers = (more: Record<string, string> = {}): Record<string, string> => ({
    Accept: "text/html,application/xhtml+xml",
    "Accept-Language": language,
    Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    ...more,
  });
  const get = async (path: string, more: Record<string, string> = {}): Promise<Response> =>
    keep(await world.app.fetch(new Request(origin + path, { headers: headers(more), redirect: "manual" }), world.deps));
  const post = async (
    path: string,
    fields: Record<string, string | string[]>,
    more: Record<string, string> = {},
  ): Promise<Response> => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
    const request = new Request(origin + path, {
      method: "POST",
      body,
      headers: headers({ Origin: origin, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document", ...more }),
      redirect: "manual",
    });
    return keep(await world.app.fetch(request, world.deps));
  };
  /** The hidden field of the forms on a page. */
  const nonceOf = async (path: string): Promise<string> =>
    /name="nonce" value="([^"]*)"/.exec(await (await get(path)).text())?.[1] ?? "";
  return {
    cookies,
    get,
    post,
    nonceOf,
    page: async (path: string): Promise<string> => (await get(path)).text(),
    /** Sends a form as it stands on the page at `from`, with these fields. */
    async send(path: string, fields: Record<string, string | string[]> = {}, from = path): Promise<Response> {
      return post(path, { nonce: await nonceOf(from), ...fields });
    },
    async signIn(token: string): Promise<Response> {
      return post("/sign-in", { nonce: await nonceOf("/sign-in"), token });
    },
  };
}

export type Visitor = ReturnType<typeof visitor>;

/** All fields of the form that makes a calendar, as it stands before anybody types. */
export const wholeForm = {
  name: "Microscopes",
  detail: "full",
  language: "en",
  zone: "Europe/Tallinn",
  past: "30",
  future: "365",
  alarm: "",
  colour: "teal",
  cancelled: "keep",
  mark: "word",
  decisions: "sign-in",
  expires: "",
} as const;
