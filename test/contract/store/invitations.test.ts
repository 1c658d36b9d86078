import { beforeEach, describe, expect, it } from "vitest";
import { findSent, forgetBounces, isAddressPaused, noteBounce } from "../../../src/store/mail/bounces.ts";
import {
  addInvitationMail,
  forgetInvitations,
  forgetInvited,
  listToldTo,
  type InvitationRow,
  keepInvitation,
  listAnswerers,
  listInvitations,
  listInvitationsTo,
  keepAnswer,
  listOpenAttendees,
  noteAnswer,
} from "../../../src/store/mail/invitations.ts";
import { notePresence } from "../../../src/store/accounts/presence.ts";
import {
  askMailbox,
  endMailbox,
  forgetEndedMailboxes,
  forgetMailboxes,
  listResourceMailboxes,
} from "../../../src/store/mail/resource-mailboxes.ts";
import { addAccount, endPersonSessions } from "../../../src/store/accounts/accounts.ts";
import { addToOutbox, endRow, listDue } from "../../../src/store/mail/outbox.ts";
import { t, uuidOf } from "../../rows.ts";
import { engines, openForTests } from "./engines.ts";

const limits = { channel: "mail", nowAt: t, limit: 10, perHour: 100, perRecipient: 100 } as const;
const row = (change: Partial<InvitationRow> = {}): InvitationRow => ({
  attendee: "u1",
  bookingUuid: uuidOf(1),
  keyId: "k1",
  address: "mari@example.edu",
  open: true,
  sequence: 0,
  status: "TENTATIVE",
  startAt: t,
  endAt: t + 3600,
  periods: "p",
  content: "c",
  stampAt: t,
  answeredAt: 0,
  answer: "",
  ...change,
});

describe.each(engines)("invitations over $engine", ({ open }) => {
  const { sql } = openForTests(open);
  const keep = async (...rows: readonly InvitationRow[]): Promise<void> =>
    void (await sql.batch(rows.map((one) => keepInvitation(one))));

  beforeEach(async () => {
    for (const name of ["invitations", "outbox", "resource_mailboxes", "accounts"])
      await sql.run(`DELETE FROM ${name}`);
  });

  it("are kept as they were sent last, and older ones change nothing", async () => {
    await keep(row(), row({ sequence: 2, status: "CONFIRMED" }), row({ sequence: 1 }));
    expect(await listInvitationsTo(sql, uuidOf(1))).toEqual([row({ sequence: 2, status: "CONFIRMED" })]);
  });

  it("are kept by the first of two runs at once, and so is the mail", async () => {
    const mailOf = (id: string) => ({ id, cause: id, recipient: "u1", channel: "mail", message: "{}" }) as const;
    const [one, other] = [row({ sequence: 1, periods: "p1" }), row({ sequence: 1, periods: "p2", stampAt: t + 1 })];
    await keep(row());
    for (const [id, each] of [["a", one] as const, ["b", other] as const, ["c", one] as const]) {
      await sql.batch([keepInvitation(each), addInvitationMail(mailOf(id), each, t)]);
    }
    expect(await listInvitationsTo(sql, uuidOf(1))).toEqual([one]);
    expect((await listDue(sql, limits)).map(({ id }) => id)).toEqual(["a", "c"]);
  });

  it("are listed while open, and closed ones of the bookings asked for", async () => {
    const closed = (n: number): InvitationRow => row({ bookingUuid: uuidOf(n), open: false });
    await keep(row(), closed(2), closed(3), row({ attendee: "u2" }));
    expect(await listInvitations(sql, ["u1"], [uuidOf(3)])).toEqual([row(), closed(3)]);
  });

  it("take an answer that is newer than the last, and keep it when another is sent", async () => {
    await keep(row());
    expect([await noteAnswer(sql, row(), t + 5), await noteAnswer(sql, row(), t + 5)]).toEqual([true, false]);
    await keep(row({ sequence: 1 }));
    expect(await listInvitationsTo(sql, uuidOf(1))).toEqual([row({ sequence: 1, answeredAt: t + 5 })]);
  });

  it("keep the answer of a mailbox to the last version, until it is asked anew", async () => {
    await keep(row({ sequence: 1 }));
    const attendee = `${uuidOf(7)}.${t}-${t + 3600}`;
    const told = (change: Partial<InvitationRow> = {}): InvitationRow => row({ attendee, sequence: 1, ...change });
    const tell = async (one: InvitationRow): Promise<void> => void (await sql.batch([keepInvitation(one)]));
    const listed = async () => listToldTo(sql, uuidOf(7), t);
    await tell(told());
    expect(await keepAnswer(sql, told({ sequence: 0 }), "DECLINED", t + 9)).toBe(false);
    expect([
      await keepAnswer(sql, told(), "ACCEPTED", t + 5),
      await keepAnswer(sql, told(), "DECLINED", t + 5),
    ]).toEqual([true, false]);
    // Another run tells the same.
    await tell(told());
    expect(await listed()).toEqual([{ ...told({ answer: "ACCEPTED", answeredAt: t + 5 }), undelivered: false }]);
    await tell(told({ sequence: 2 }));
    expect(await listed()).toMatchObject([{ answer: "", sequence: 2 }]);
    await tell(told({ attendee: `${uuidOf(8)}.1-2` }));
    expect([await listed(), await listToldTo(sql, uuidOf(7), t + 3600)]).toMatchObject([[{ attendee }], []]);
  });

  it("tell of which the last mail to a mailbox was given up", async () => {
    const attendee = `${uuidOf(7)}.${t}-${t + 3600}`;
    const told = row({ attendee, sequence: 1 });
    const lost = async () => (await listToldTo(sql, uuidOf(7), t)).map(({ undelivered }) => undelivered);
    const giveUp = async (id: string, cause: string): Promise<void> => {
      const mail = { id, cause, recipient: told.address, bookingUuid: told.bookingUuid, channel: "mail" } as const;
      await sql.batch([addToOutbox({ ...mail, state: "failed" }, t)]);
    };
    await keep(told);
    await giveUp("a", "invitation x REQUEST 11 ");
    await giveUp("b", "invitation x CANCEL 1 ");
    expect(await lost()).toEqual([false]);
    await giveUp("c", "invitation x REQUEST 1 ");
    expect(await lost()).toEqual([true]);
    await keep({ ...told, sequence: 2, open: false });
    expect(await lost()).toEqual([false]);
    await giveUp("d", "invitation x CANCEL 2 ");
    expect(await lost()).toEqual([true]);
  });

  it("go to one mailbox of an offering, while somebody stands behind it", async () => {
    const of = (address: string, n: number) => ({
      id: uuidOf(n),
      offeringUuid: uuidOf(7),
      offeringName: "Confocal",
      address,
      userUuid: uuidOf(9),
      setAt: t,
      endedAt: null,
    });
    await addAccount(sql, "a", "sealed", t);
    await sql.run(
      "UPDATE accounts SET kind = 'person', user_uuid = ?1, full_name = 'Mari Tamm' WHERE id = 'a'",
      uuidOf(9),
    );
    await sql.batch(askMailbox(of("a@example.edu", 1)));
    await sql.batch(askMailbox({ ...of("b@example.edu", 2), setAt: t + 5 }));
    const listed = async () => (await listResourceMailboxes(sql)).map(({ address, endedAt }) => [address, endedAt]);
    expect(await listed()).toEqual([
      ["a@example.edu", t + 5],
      ["b@example.edu", null],
    ]);
    expect((await listResourceMailboxes(sql))[0]).toMatchObject({ setBy: "Mari Tamm", paused: false });
    await notePresence(sql, t + 2 * 86_400);
    expect(await sql.first("SELECT seen_at FROM accounts WHERE id = 'a'")).toEqual({ seen_at: t + 2 * 86_400 });
    await endPersonSessions(sql, "a");
    expect(await sql.first("SELECT token FROM accounts WHERE id = 'a'")).toEqual({ token: "sealed" });
    await sql.batch(askMailbox({ ...of("a@example.edu", 1), setAt: t + 6 }));
    await sql.batch([endMailbox(uuidOf(7), t + 7)]);
    expect(await listed()).toEqual([
      ["a@example.edu", t + 7],
      ["b@example.edu", t + 6],
    ]);
    expect([await forgetEndedMailboxes(sql, t + 7, 5), await listed()]).toEqual([1, [["a@example.edu", t + 7]]]);
    await endPersonSessions(sql, "a");
    expect(await sql.first("SELECT token FROM accounts WHERE id = 'a'")).toEqual({ token: "" });
    await keep(row({ attendee: `${uuidOf(1)}.2` }), row({ attendee: uuidOf(9), bookingUuid: uuidOf(3) }), row());
    await sql.batch([...forgetMailboxes(["a"], t + 8), forgetInvited(["a"])]);
    expect((await listResourceMailboxes(sql)).map(({ userUuid, endedAt }) => [userUuid, endedAt])).toEqual([
      ["", t + 7],
    ]);
    const left = async () => (await listAnswerers(sql)).map(({ attendee }) => attendee).toSorted();
    expect(await left()).toEqual([uuidOf(1), "u1"]);
    await forgetInvitations(sql, t + 9999, 5);
    expect([await left(), await forgetEndedMailboxes(sql, t + 9, 5), await listed()]).toEqual([["u1"], 1, []]);
  });

  it("name once who has any that is open", async () => {
    await keep(row(), row({ bookingUuid: uuidOf(2) }), row({ attendee: "u2", open: false }), row({ attendee: "u3.1" }));
    expect((await listOpenAttendees(sql)).toSorted()).toEqual(["u1", "u3.1"]);
  });

  it("name each attendee once for each key, and a mailbox once for all periods", async () => {
    await keep(
      row(),
      row({ bookingUuid: uuidOf(2) }),
      row({ bookingUuid: uuidOf(3), keyId: "k2" }),
      row({ attendee: `${uuidOf(8)}.1` }),
      row({ attendee: `${uuidOf(8)}.2` }),
    );
    const found = (await listAnswerers(sql)).map(({ attendee, keyId }) => `${attendee} ${keyId}`);
    expect(found.toSorted()).toEqual([`${uuidOf(8)} k1`, "u1 k1", "u1 k2"]);
  });

  it("are forgotten some at a time after their end, open ones a year later", async () => {
    const closed = (n: number, endAt: number) => row({ bookingUuid: uuidOf(n), endAt, open: false });
    await keep(row(), closed(2, t + 3600), closed(3, t + 3600), closed(4, t + 9999));
    const forget = async (at: number): Promise<number> => forgetInvitations(sql, at, 1);
    expect([await forget(t + 4000), await forget(t + 4000), await forget(t + 4000)]).toEqual([1, 1, 0]);
    expect(await listInvitationsTo(sql, uuidOf(1))).toHaveLength(1);
    expect(await listInvitationsTo(sql, uuidOf(4))).toHaveLength(1);
    expect([await forget(t + 370 * 86_400), await forget(t + 370 * 86_400)]).toEqual([1, 1]);
  });

  it("pause an address from which two mails came back", async () => {
    const address = "mari@example.edu";
    const paused = async (): Promise<boolean> => isAddressPaused(sql, "u1", address);
    await sql.batch(
      ["a", "b"].map((id) =>
        addToOutbox({ id, cause: id, recipient: "u1", userUuid: "u1", channel: "mail", message: "{}" }, t),
      ),
    );
    expect(await findSent(sql, "a")).toBeNull();
    for (const { n } of await listDue(sql, limits)) await endRow(sql, n, "sent", "", t);
    expect(await findSent(sql, "a")).toEqual({ userUuid: "u1", recipient: "u1" });
    expect(await noteBounce(sql, "a", address, "no such user", t)).toBe(true);
    expect([await noteBounce(sql, "a", address, "no such user", t), await paused()]).toEqual([false, false]);
    await noteBounce(sql, "b", address, "no such user", t);
    expect([await paused(), await isAddressPaused(sql, "u1", "other@example.edu")]).toEqual([true, false]);
    await sql.batch([forgetBounces("u1", address)]);
    expect(await paused()).toBe(false);
  });
});
