import type { Program } from "./launch.ts";
import { other, startRadicale, user } from "./programs.ts";

/** Starts a Radicale from 3.7 on, whose users may share calendars. */
export async function startSharing(program: string): Promise<Program> {
  const sharing = ["[sharing]", "type=csv", "collection_by_map=true", "permit_create_map=true"];
  return startRadicale(program, null, () => sharing);
}

/**
 * Shares a new calendar of the other user: its events may be written, and nothing else. Resolves to the address that the
 * user has for it.
 */
export async function shareCalendar({ url }: Program, name: string): Promise<string> {
  await ask(url, other, "MKCALENDAR", `/bob/${name}/`);
  const share = { PathMapped: `/bob/${name}/`, PathOrToken: `/alice/${name}/` };
  await ask(url, other, "POST", "/.sharing/v1/map/create", {
    ...share,
    User: "alice",
    Permissions: "rw",
    Enabled: true,
  });
  for (const verb of ["enable", "unhide"]) await ask(url, user, "POST", `/.sharing/v1/map/${verb}`, share);
  return `${url}/alice/${name}/`;
}

/** Ends the share and its calendar. */
export async function unshareCalendar({ url }: Program, name: string): Promise<void> {
  await ask(url, other, "POST", "/.sharing/v1/map/delete", {
    PathMapped: `/bob/${name}/`,
    PathOrToken: `/alice/${name}/`,
  });
  await ask(url, other, "DELETE", `/bob/${name}/`);
}

async function ask(url: string, { username, password }: typeof user, method: string, path: string, body?: object) {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const headers = { Authorization: authorization, "Content-Type": "application/json", Accept: "application/json" };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(url + path, { method, headers, ...text });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}
