import { formsOf } from "../decision/decided.ts";
import { publicUrl } from "./runtimes.ts";

/** A page as the client got it; `note` is the sentence above all else, "" where there is none. */
interface ReceivedPage {
  readonly status: number;
  readonly html: string;
  readonly note: string;
}

/** Returns a client that does a browser's part over HTTP: it keeps cookies and sends forms as they are. */
export function makeFormClient(url: () => string) {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<ReceivedPage> => {
    const headers = new Headers(init.headers);
    headers.set("Cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(url() + path, { redirect: "manual", ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const html = await response.text();
    return { status: response.status, html, note: /<p class="note \w+" role="\w+">(.*?)<\/p>/s.exec(html)?.[1] ?? "" };
  };
  const submit = async (
    page: { readonly html: string },
    wanted: RegExp,
    values: Record<string, string>,
  ): Promise<ReceivedPage> => {
    const form = formsOf(page).find(({ action, html }) => wanted.test(action + html));
    if (form === undefined) throw new Error(`no form like ${wanted.source}`);
    return send(form.action, {
      method: "POST",
      headers: { Origin: publicUrl, "Sec-Fetch-Site": "same-origin" },
      body: new URLSearchParams({ ...form.hidden, ...values }),
    });
  };
  return { send, submit };
}
