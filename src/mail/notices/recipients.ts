import type { Deps } from "../../deps.ts";
import { chosenKinds, type NoticeWishes, type Seeker } from "../../store/mail/notices.ts";
import type { Channel } from "../../store/mail/outbox.ts";
import type { WebhookRow } from "../../store/mail/webhooks.ts";
import type { ReadSource } from "../../store/sources/readers.ts";
import { mailOf } from "../queue.ts";
import { mailboxOf, type Person, seekerOf } from "../people.ts";

/** A person who is told by mail, or a webhook of theirs: it is told what that person may see, in the same hours. */
export interface Recipient {
  readonly person: Person;
  /** As the outbox names it: the person's uuid in Waldur, or the id of the webhook. */
  readonly recipient: string;
  /** null: the person, by mail. */
  readonly webhook: WebhookRow | null;
  /** Those that go this way. */
  readonly kinds: NoticeWishes["kinds"];
  /** Since when what is new goes this way, epoch seconds; 0: a run has not begun with it. */
  readonly sinceAt: number;
}

/** Returns all ways in which these people are told of something. */
export function recipientsOf(
  deps: Pick<Deps, "mail" | "config">,
  people: readonly Person[],
  webhooks: readonly WebhookRow[],
): Recipient[] {
  const mailOn = mailOf(deps) !== null;
  return people.flatMap((person): Recipient[] => {
    const own = webhooks.filter(({ userUuid }) => userUuid === person.userUuid);
    const byMail = mailOn && mailboxOf(person) !== null;
    return [
      ...(byMail ? [byMailTo(person)] : []),
      ...own.map((webhook) => {
        const { id, kinds, sinceAt } = webhook;
        return { person, recipient: id, webhook, kinds: chosenKinds(kinds), sinceAt };
      }),
    ];
  });
}

/** Returns a person who is told by mail. */
export function byMailTo(person: Person): Recipient {
  const { wishes, sinceAt } = person.notices;
  return { person, recipient: person.userUuid, webhook: null, kinds: wishes.kinds, sinceAt };
}

/** Returns the channel of what a recipient is told. */
export function channelOf({ webhook }: Pick<Recipient, "webhook">): Channel {
  return webhook === null ? "mail" : "webhook";
}

/** Returns true when a webhook is told of the requests and decisions of this organisation. */
export function isAbout({ providerUuid }: Pick<WebhookRow, "providerUuid">, organisationUuid: string): boolean {
  return providerUuid === "" || providerUuid === organisationUuid;
}

/** Returns the number of bookings that one notice names: chats take less than mail does. */
export function mostItems({ webhook }: Pick<Recipient, "webhook">): number {
  return webhook === null ? 20 : 10;
}

/** Returns what a recipient sees of these sources, and may decide. */
export function seekerFor(to: Recipient, sources: readonly ReadSource[]): Seeker {
  const { person, recipient, webhook, kinds } = to;
  const seeker = seekerOf(person, sources);
  const scopes = seeker.scopes.filter((scope) => webhook === null || isAbout(webhook, scope));
  const reminderHours = kinds.reminder ? person.notices.wishes.reminderHours : 0;
  return { ...seeker, scopes, recipient, channel: channelOf(to), reminderHours };
}
