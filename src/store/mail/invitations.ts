import type { Sql, Statement } from "../sql/port.ts";
import { statement } from "../sql/port.ts";
import { readInt, readText } from "../sql/row.ts";
import { flag, int, oneOf, type RowOf, table, text } from "../sql/table.ts";
import { addWhere, type NewOutboxRow } from "./outbox.ts";

const invitations = table("invitations", {
  /** The one who is asked: the uuid of the user in Waldur; or the id of a resource mailbox, a dot, and the period (`1800003600-1800007200`). */
  attendee: text,
  bookingUuid: text,
  /** Id of the key that signs the address for answers and the UID. */
  keyId: text,
  /** The address to which it was sent. */
  address: text,
  /** The attendee's calendar has it: it was neither cancelled nor is it over. */
  open: flag,
  sequence: int,
  status: oneOf(["TENTATIVE", "CONFIRMED", "CANCELLED"], "TENTATIVE"),
  /** Of the first period. */
  startAt: int,
  /** Of the last period. */
  endAt: int,
  /** Fingerprint of all periods. */
  periods: text,
  /** Fingerprint of what else it says. */
  content: text,
  /** DTSTAMP of the last message. */
  stampAt: int,
  /** DTSTAMP of the last answer that was taken; 0: none. */
  answeredAt: int,
  /** The answer of a resource mailbox to the last question; "" for none, and for people. */
  answer: oneOf(["", "ACCEPTED", "DECLINED"], ""),
});

/** The last iTIP message about a booking to one attendee. Times are epoch seconds. */
export type InvitationRow = RowOf<typeof invitations>;

/** Returns the invitations of these attendees: the open ones, and those that were closed on these bookings. */
export async function listInvitations(
  sql: Sql,
  attendees: readonly string[],
  bookingUuids: readonly string[],
): Promise<InvitationRow[]> {
  const rows = await sql.all(
    `SELECT ${invitations.list()} FROM invitations
     WHERE attendee IN (SELECT value FROM json_each(?1))
       AND (open = 1 OR booking_uuid IN (SELECT value FROM json_each(?2))) ORDER BY booking_uuid, attendee`,
    JSON.stringify(attendees),
    JSON.stringify(bookingUuids),
  );
  return rows.map(invitations.read);
}

/** Returns the invitations to a booking. */
export async function listInvitationsTo(sql: Sql, bookingUuid: string): Promise<InvitationRow[]> {
  const rows = await sql.all(
    `SELECT ${invitations.list()} FROM invitations INDEXED BY invitations_booking WHERE booking_uuid = ?1`,
    bookingUuid,
  );
  return rows.map(invitations.read);
}

/** Returns the attendees whose calendars have something of ours. */
export async function listOpenAttendees(sql: Sql): Promise<string[]> {
  const rows = await sql.all("SELECT DISTINCT attendee FROM invitations INDEXED BY invitations_open WHERE open = 1");
  return rows.map((row) => readText(row, "attendee"));
}

/** Returns who was ever asked under which key: all who have an address for answers, a resource mailbox by its id alone. */
export async function listAnswerers(sql: Sql): Promise<Pick<InvitationRow, "attendee" | "keyId">[]> {
  const rows = await sql.all("SELECT DISTINCT substr(attendee, 1, 32) AS attendee, key_id FROM invitations");
  return rows.map((row) => ({ attendee: readText(row, "attendee"), keyId: readText(row, "key_id") }));
}

const sent = [
  "key_id",
  "address",
  "open",
  "sequence",
  "status",
  "start_at",
  "end_at",
  "periods",
  "content",
  "stamp_at",
];

/**
 * Makes the statement that keeps what is being sent, unless another run has sent something newer, or other periods under the same
 * SEQUENCE: an answer says no more than that to which version it is. The answer of a resource mailbox is that to the last question.
 */
export function keepInvitation(row: InvitationRow): Statement {
  return invitations.insert(
    row,
    `ON CONFLICT (attendee, booking_uuid) DO UPDATE SET ${sent.map((column) => `${column} = excluded.${column}`).join(", ")},
       answer = CASE WHEN excluded.sequence > invitations.sequence THEN excluded.answer ELSE invitations.answer END
     WHERE excluded.sequence > invitations.sequence OR (excluded.sequence = invitations.sequence
       AND excluded.stamp_at >= invitations.stamp_at AND excluded.periods = invitations.periods)`,
  );
}

/** Makes the statement that adds the mail of an invitation, where this is what was kept. */
export function addInvitationMail(mail: NewOutboxRow, row: InvitationRow, nowAt: number): Statement {
  const { attendee, bookingUuid, keyId, sequence, stampAt, periods, content } = row;
  return addWhere(
    [mail],
    nowAt,
    `EXISTS (SELECT 1 FROM invitations WHERE attendee = ?3 AND booking_uuid = ?4 AND key_id = ?5 AND sequence = ?6 AND stamp_at = ?7
       AND periods = ?8 AND content = ?9)`,
    [attendee, bookingUuid, keyId, sequence, stampAt, periods, content],
  );
}

/** Notes the DTSTAMP of an answer that is taken. Resolves to false for one that is not newer than the last: it comes again. */
export async function noteAnswer(
  sql: Sql,
  { attendee, bookingUuid }: Pick<InvitationRow, "attendee" | "bookingUuid">,
  answeredAt: number,
): Promise<boolean> {
  const changed = await sql.run(
    "UPDATE invitations SET answered_at = ?3 WHERE attendee = ?1 AND booking_uuid = ?2 AND answered_at < ?3",
    attendee,
    bookingUuid,
    answeredAt,
  );
  return changed === 1;
}

/** What a resource mailbox was told last of a period. */
export interface ToldRow extends InvitationRow {
  /** The mail was given up, or came back: the mailbox has what it was told before. */
  readonly undelivered: boolean;
}

/** Returns what a resource mailbox was told of periods that are not over, also what was taken back. */
export async function listToldTo(sql: Sql, mailboxId: string, nowAt: number): Promise<ToldRow[]> {
  const rows = await sql.all(
    `SELECT ${invitations.list("told")}, CASE WHEN EXISTS (
         SELECT 1 FROM outbox INDEXED BY outbox_failed
         WHERE outbox.state = 'failed' AND outbox.recipient = told.address AND outbox.booking_uuid = told.booking_uuid
           AND outbox.cause LIKE 'invitation % ' || CASE WHEN told.open = 1 THEN 'REQUEST' ELSE 'CANCEL' END || ' ' || told.sequence || ' %')
       THEN 1 ELSE 0 END AS undelivered
     FROM invitations AS told WHERE attendee > ?1 || '.' AND attendee < ?1 || '/' AND end_at > ?2
     ORDER BY start_at, attendee, booking_uuid`,
    mailboxId,
    nowAt,
  );
  return rows.map((row) => ({ ...invitations.read(row), undelivered: readInt(row, "undelivered") === 1 }));
}

/**
 * Keeps what a resource mailbox answered to the question of that SEQUENCE. Resolves to false for an answer to another, or one that is
 * not newer than the last.
 */
export async function keepAnswer(
  sql: Sql,
  { attendee, bookingUuid, sequence }: Pick<InvitationRow, "attendee" | "bookingUuid" | "sequence">,
  answer: InvitationRow["answer"],
  answeredAt: number,
): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE invitations SET answer = ?4, answered_at = ?5
     WHERE attendee = ?1 AND booking_uuid = ?2 AND sequence = ?3 AND open = 1 AND answered_at < ?5`,
    attendee,
    bookingUuid,
    sequence,
    answer,
    answeredAt,
  );
  return changed === 1;
}

/**
 * Forgets closed invitations whose time ended before then, and those of resource mailboxes, at most so many; and a year later also
 * those that nobody closed, since their attendee wants none any more. Resolves to their number.
 */
export async function forgetInvitations(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM invitations WHERE (attendee, booking_uuid) IN (
       SELECT attendee, booking_uuid FROM invitations INDEXED BY invitations_ended 
       WHERE end_at < ?1 AND (open = 0 OR instr(attendee, '.') > 0 OR end_at < ?1 - 365 * 86400) LIMIT ?2)`,
    beforeAt,
    limit,
  );
}

/** Makes the statement that deletes the invitations to the persons of these accounts. */
export function forgetInvited(accountIds: readonly string[]): Statement {
  return statement(
    `DELETE FROM invitations WHERE attendee IN (
       SELECT user_uuid FROM accounts WHERE id IN (SELECT value FROM json_each(?1)))`,
    JSON.stringify(accountIds),
  );
}
