import { formsOf, type Seen, seen } from "../../decision/decided.ts";
import { publicUrl } from "./runtimes.ts";

/** Returns a client that does a browser's part over HTTP: it keeps cookies and sends forms as they are. */
export function makeFormClient(url: () => string) {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<Seen> => {
    const headers = new Headers(init.headers);
    headers.set("Cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(url() + path, { redirect: "manual", ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return seen(response);
  };
  const submit = async (
    page: Seen,
    wanted: RegExp,
    values: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<Seen> => {
    const form = formsOf(page).find(({ action, html }) => wanted.test(action + html));
    if (form === undefined) throw new Error(`no form like ${wanted.source}`);
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...form.hidden, ...values }))
      for (const one of [value].flat()) body.append(name, one);
    const headers = { Origin: publicUrl, "Sec-Fetch-Site": "same-origin" };
    return send(form.action, { method: "POST", headers, body });
  };
  return { send, submit };
}
