import type { Fetch } from "../../../src/deps.ts";
import type { World } from "../../world.ts";
import type { Visitor } from "../../web/visitor.ts";

export const room = "https://chat.example.org/hooks/a1b2c3d4e5";

interface Post {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A chat in memory: keeps what it takes, and answers as it is told. */
export function openChat() {
  const taken: Post[] = [];
  const chat = {
    /** Every request that came, whatever became of it. */
    asked: [] as Post[],
    /** The way in which it takes the next post; null: takes it. */
    next: (_url: string): Response | Error | null => null,
  };
  const fetch: Fetch = async (request) => {
    const { method, url, headers } = request;
    const post = { method, url, headers, body: await request.text() };
    chat.asked.push(post);
    const fate = chat.next(url);
    if (fate instanceof Error) throw fate;
    if (fate !== null) return fate;
    taken.push(post);
    return new Response("ok");
  };
  return { chat, fetch, read: () => taken.splice(0) };
}

/** Adds a webhook on the page, as a person does. */
export async function addWebhook(
  person: Visitor,
  change: { url?: string; template?: string; posted?: string[]; provider?: string } = {},
): Promise<Response> {
  const fields = { url: room, template: "slack", posted: ["request", "trouble", "decision"], ...change };
  return person.send("/notices/webhooks", fields, "/notices");
}

/** Returns the ids of the webhooks on a person's page. */
export async function webhookIds(person: Visitor): Promise<string[]> {
  const page = await person.page("/notices");
  return [...page.matchAll(/action="\/notices\/webhooks\/([0-9a-f]+)\/remove"/g)].map(([, id = ""]) => id);
}

/** Returns the rows of the outbox for webhooks, oldest first: state and reason of each. */
export async function posts({ deps }: World): Promise<{ state: unknown; reason: unknown; tries: unknown }[]> {
  const rows = await deps.sql.all(
    "SELECT state, reason, tries FROM outbox WHERE channel = 'webhook' AND state IN ('queued', 'sent', 'failed') ORDER BY n",
  );
  return rows.map(({ state, reason, tries }) => ({ state, reason, tries }));
}
