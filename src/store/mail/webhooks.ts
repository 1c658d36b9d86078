import { type Sql, statement, type Statement } from "../sql/port.ts";
import { int, json, oneOf, orNull, type RowOf, table, text } from "../sql/table.ts";
import type { NoticeKind } from "./notice-kinds.ts";
import { dropQueued } from "./outbox.ts";

/** The forms in which a post can be written: signed JSON, or as a chat takes it. */
export const webhookTemplates = ["json", "ntfy", "matrix", "slack", "teams"] as const;
export type WebhookTemplate = (typeof webhookTemplates)[number];

const webhooks = table("webhooks", {
  id: text,
  /** The person whose it is, by the uuid in Waldur. */
  userUuid: text,
  /** Sealed: a URL, which lets whoever knows it post there, and the secret that signs. */
  address: text,
  template: oneOf(webhookTemplates, "json"),
  kinds: json<readonly NoticeKind[]>(),
  /** The organisation of whose requests and decisions alone it is told; "": of all. */
  providerUuid: text,
  createdAt: int,
  /** Since when it is told of what is new; 0: a run has not begun with it. */
  sinceAt: int,
  /** It said that it is gone; null: it is not. */
  endedAt: orNull(int),
});

/** An address to which what a person is told is posted. Times are epoch seconds. */
export type WebhookRow = RowOf<typeof webhooks>;

/** Most webhooks of one person. */
export const mostWebhooks = 10;

/** Keeps a new webhook. Resolves to false when its person has as many as one may have. */
export async function addWebhook(sql: Sql, row: Omit<WebhookRow, "sinceAt" | "endedAt">): Promise<boolean> {
  const whole = webhooks.encode({ ...row, sinceAt: 0, endedAt: null });
  const changed = await sql.run(
    webhooks.upsert(["id"], "?1", "(SELECT count(*) FROM webhooks AS own WHERE own.user_uuid = ?2) < ?3"),
    JSON.stringify([whole]),
    row.userUuid,
    mostWebhooks,
  );
  return changed === 1;
}

/** Returns the webhooks that have not ended. */
export async function listWebhooks(sql: Sql): Promise<WebhookRow[]> {
  const rows = await sql.all("SELECT * FROM webhooks WHERE ended_at IS NULL ORDER BY id");
  return rows.map(webhooks.read);
}

/** Returns the webhooks of a person, oldest first. */
export async function listWebhooksOf(sql: Sql, userUuid: string): Promise<WebhookRow[]> {
  const rows = await sql.all(
    "SELECT * FROM webhooks INDEXED BY webhooks_user WHERE user_uuid = ?1 ORDER BY created_at, id",
    userUuid,
  );
  return rows.map(webhooks.read);
}

/** Makes the statement with which these webhooks, a JSON list of ids, begin to be told at `nowAt`. */
export function beginWebhooks(ids: string, nowAt: number): Statement {
  return statement(
    "UPDATE webhooks SET since_at = ?2 WHERE since_at = 0 AND id IN (SELECT value FROM json_each(?1))",
    ids,
    nowAt,
  );
}

/** Ends a webhook, which said that it is gone, and drops what waits for it. */
export async function endWebhook(sql: Sql, id: string, nowAt: number): Promise<void> {
  await sql.batch([
    statement("UPDATE webhooks SET ended_at = ?2 WHERE id = ?1 AND ended_at IS NULL", id, nowAt),
    dropQueued(id),
  ]);
}

/** Deletes a webhook of a person, and what it was told or was to be told. Resolves to false when there is none. */
export async function deleteWebhook(sql: Sql, userUuid: string, id: string): Promise<boolean> {
  const [, deleted = 0] = await sql.batch([
    statement(
      `DELETE FROM outbox WHERE recipient = ?2
         AND EXISTS (SELECT 1 FROM webhooks WHERE user_uuid = ?1 AND id = ?2)`,
      userUuid,
      id,
    ),
    statement("DELETE FROM webhooks WHERE user_uuid = ?1 AND id = ?2", userUuid, id),
  ]);
  return deleted === 1;
}

/** Makes the statement that deletes the webhooks of the persons of these accounts. */
export function forgetWebhooks(accountIds: readonly string[]): Statement {
  return statement(
    `DELETE FROM webhooks WHERE user_uuid IN (
       SELECT user_uuid FROM accounts WHERE id IN (SELECT value FROM json_each(?1)))`,
    JSON.stringify(accountIds),
  );
}

/** The statement that deletes the webhooks of people who have no account any more. */
export const forgetNobodysWebhooks = statement(
  "DELETE FROM webhooks WHERE user_uuid NOT IN (SELECT user_uuid FROM accounts WHERE user_uuid IS NOT NULL)",
);
