import * as v from "valibot";

const madeSchema = v.object({ userName: v.string(), password: v.string() });

/** A calendar program at a service, which signs in with an app password that the holder of a token made over the API. */
export async function calendarProgram(service: string, token: string) {
  const made = await fetch(`${service}/api/v1/app-passwords`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: JSON.stringify({ name: "End to end" }),
  });
  const { userName, password } = v.parse(madeSchema, await made.json());
  const authorization = `Basic ${btoa(`${userName}:${password}`)}`;
  const ask = async (
    method: string,
    path: string,
    body: string | null = null,
    headers: Record<string, string> = {},
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> => {
    const response = await fetch(service + path, {
      method,
      body,
      headers: { Authorization: authorization, ...headers },
      redirect: "manual",
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const principal = await ask("PROPFIND", "/dav/", null, { Depth: "0" });
  const found = await ask("PROPFIND", "/dav/principals/", null, { Depth: "1" });
  const id = /\/dav\/principals\/([^/<]+)\//.exec(found.text)?.[1] ?? "";
  if (principal.status !== 207 || id === "") throw new Error(`nobody signed in: ${principal.status} ${found.text}`);
  return { user: id, authorization, ask };
}
