import type { Deps } from "../../deps.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { isMailAddress, type Mailbox } from "../../lib/mail-address.ts";
import type { Language } from "../../calendar/profile.ts";
import { readMailLink, signMailLink } from "../../security/mail-links.ts";
import { chooseNotices, findNotices } from "../../store/mail/notices.ts";
import { type NoticeKind, noticeKinds } from "../../store/mail/notice-kinds.ts";
import { forgetBounces } from "../../store/mail/bounces.ts";
import { countCauses } from "../../store/mail/outbox.ts";
import { texts } from "../../text/index.ts";
import { mailOf, queueMail } from "../queue.ts";
import { writeContent } from "../write.tsx";

const daySeconds = 86_400;
/** Days for which a link proves an address, and addresses that one person may try in a day. */
const proofDays = 7;
const mostProofs = 5;

/** The notice that a link stops: a kind of notice of a person. */
export interface Stop {
  readonly userUuid: string;
  readonly kind: NoticeKind;
}

/** Returns what a link in a mail stops; null for one that we did not make. */
export async function readStop(deps: Pick<Deps, "keys">, token: string): Promise<Stop | null> {
  const [userUuid, name] = (await readMailLink(deps.keys, "stop", token)) ?? [];
  const kind = noticeKinds.find((one) => one === name);
  return userUuid === undefined || kind === undefined ? null : { userUuid, kind };
}

/** Stops a kind of notice of a person; nothing else changes. */
export async function stopNotices(deps: Pick<Deps, "sql">, { userUuid, kind }: Stop): Promise<void> {
  const { wishes } = await findNotices(deps.sql, userUuid);
  const kinds = { ...wishes.kinds, [kind]: false };
  await deps.sql.batch([chooseNotices(userUuid, { wishes: { ...wishes, kinds } })]);
}

/** The address that a link proves: that somebody reads the mails of an address that a person typed. */
export interface Proof {
  readonly userUuid: string;
  readonly address: string;
}

/** Returns what a link in a mail proves; null for one that we did not make, or that is older than a week. */
export async function readProof(deps: Pick<Deps, "keys" | "now">, token: string): Promise<Proof | null> {
  const [userUuid, address, until = ""] = (await readMailLink(deps.keys, "prove", token)) ?? [];
  if (userUuid === undefined || address === undefined || epochSeconds(deps) > Number(until)) return null;
  return { userUuid, address };
}

/** Makes a proved address the one to which a person's mails go, also after mails to it came back. */
export async function proveAddress(deps: Pick<Deps, "sql">, { userUuid, address }: Proof): Promise<void> {
  await deps.sql.batch([chooseNotices(userUuid, { email: address }), forgetBounces(userUuid, address)]);
}

/**
 * Takes an address that a person typed. "" goes back to the one that Waldur tells; to any other a mail with a link goes that
 * proves it. Resolves to `bad` for what is no address, `many` when too many were tried today, and `off` where mail is.
 */
export async function typeAddress(
  deps: Deps,
  userUuid: string,
  typed: string,
  language: Language,
): Promise<"saved" | "sent" | "bad" | "many" | "off"> {
  const address = typed.trim();
  if (address === "") {
    await deps.sql.batch([chooseNotices(userUuid, { email: "" })]);
    return "saved";
  }
  if (!isMailAddress(address)) return "bad";
  const from = mailOf(deps)?.from;
  if (from === undefined) return "off";
  const nowAt = epochSeconds(deps);
  if ((await countCauses(deps.sql, userUuid, "prove:", nowAt - daySeconds)) >= mostProofs) return "many";
  await queueProof(deps, from, { userUuid, address }, language);
  return "sent";
}

async function queueProof(deps: Deps, from: Mailbox, { userUuid, address }: Proof, language: Language): Promise<void> {
  const nowAt = epochSeconds(deps);
  const words = texts[language].notices.mail;
  const token = await signMailLink(deps.keys, "prove", [userUuid, address, String(nowAt + proofDays * daySeconds)]);
  const content = await writeContent({
    language,
    subject: words.prove,
    intro: words.proveText,
    items: [],
    more: "",
    links: [{ label: words.prove, url: `${deps.config.publicUrl}/notices/prove/${token}` }],
    foot: { text: new URL(deps.config.publicUrl).host, links: [] },
    quote: null,
  });
  const occasion = { cause: `prove:${nowAt}`, recipient: address, userUuid };
  const mail = {
    from,
    to: { name: "", address },
    subject: words.prove,
    ...content,
    headers: { "Auto-Submitted": "auto-generated" },
  };
  await deps.sql.batch([await queueMail(deps, occasion, mail)]);
}
