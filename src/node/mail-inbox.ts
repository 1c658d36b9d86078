import { ImapFlow } from "imapflow";
import type { Deps } from "../deps.ts";
import { causeOf } from "../errors.ts";
import { type Intake, isTaken, mostMailOctets, receiveMail } from "../mail/reply/receive.ts";
import { readMeta, writeMeta } from "../store/meta.ts";

/** Milliseconds between two attempts to reach the server, and for which it may be silent. */
const pause = 30_000;
const patience = {
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 120_000,
  maxIdleTime: 60_000,
  autoIdleDelay: 500,
};

/** A mailbox that is being read. */
export interface MailInbox {
  /** Ends it; resolves when nothing is being read any more. */
  stop(): Promise<void>;
}

/** The place up to which a mailbox was read: UIDs count within a UIDVALIDITY (RFC 9051 2.3.1.1). */
interface Place {
  readonly validity: string;
  readonly uid: number;
}

/**
 * Reads answers from the mailbox at MAIL_INBOX, such as `imaps://user:password@imap.example.org/INBOX`: what is unread there, and
 * then what comes, as the server tells it (IDLE, RFC 9051 6.3.13). What is acted on is marked as read; anything else stays unread
 * for people, and is not looked at again. A password goes out without TLS only on this machine.
 */
export function watchInbox(deps: Deps, intake: Intake, address: string): MailInbox {
  const stop = new AbortController();
  const { signal } = stop;
  let client: ImapFlow | null = null;
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      client = new ImapFlow(optionsOf(address));
      // Also what breaks between two commands ends up in the one that waits.
      client.on("error", () => undefined);
      try {
        await client.connect();
        await follow(deps, intake, client, address, signal);
      } catch (error) {
        if (!signal.aborted) deps.log.error("inbox_not_read", { message: describe(error) });
      } finally {
        client.close();
      }
      if (!signal.aborted) await Promise.race([deps.sleep(pause), aborted(signal)]);
    }
  };
  const done = work();
  return {
    async stop() {
      stop.abort();
      client?.close();
      await done;
    },
  };
}

function optionsOf(address: string): ConstructorParameters<typeof ImapFlow>[0] {
  const { protocol, hostname, port, username, password } = new URL(address);
  const secure = protocol === "imaps:";
  const isLocal = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (secure ? 993 : 143) : Number(port),
    secure,
    ...(!secure && !isLocal && { doSTARTTLS: true }),
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    logger: false,
    ...patience,
  };
}

/** Reads the mailbox until the connection ends or is to be stopped. */
async function follow(
  deps: Deps,
  intake: Intake,
  client: ImapFlow,
  address: string,
  signal: AbortSignal,
): Promise<void> {
  const { hostname, username, pathname } = new URL(address);
  const path = decodeURIComponent(pathname.slice(1)) || "INBOX";
  const key = `inbox:${username}@${hostname}/${path}`;
  let wake = (): void => undefined;
  let news = true;
  const tell = (): void => {
    news = true;
    wake();
  };
  client.on("exists", tell);
  client.on("close", tell);
  const { uidValidity } = await client.mailboxOpen(path);
  const validity = String(uidValidity);
  while (!signal.aborted && client.usable) {
    if (news) {
      news = false;
      await readNew(deps, intake, client, key, validity);
    } else await Promise.race([new Promise<void>((resolve) => (wake = resolve)), aborted(signal)]);
  }
}

async function readNew(deps: Deps, intake: Intake, client: ImapFlow, key: string, validity: string): Promise<void> {
  const before = readPlace(await readMeta(deps.sql, key));
  let last = before?.validity === validity ? before.uid : 0;
  const found = await client.fetchAll(`${last + 1}:*`, { uid: true, size: true, flags: true }, { uid: true });
  // `n:*` has the last message even where its UID is below n.
  for (const { uid, size = 0, flags } of found.filter((one) => one.uid > last).toSorted((a, b) => a.uid - b.uid)) {
    if (flags?.has("\\Seen") !== true && size <= mostMailOctets) await readOne(deps, intake, client, uid);
    last = uid;
    await writeMeta(deps.sql, key, JSON.stringify({ validity, uid: last } satisfies Place));
  }
}

async function readOne(deps: Deps, intake: Intake, client: ImapFlow, uid: number): Promise<void> {
  const message = await client.fetchOne(String(uid), { source: true }, { uid: true });
  if (message === false || message.source === undefined) return;
  const received = await receiveMail(deps, intake, { raw: message.source, sender: null, recipients: [] });
  if (isTaken(received)) await client.messageFlagsAdd(String(uid), ["\\Seen"], { uid: true });
}

function readPlace(text: string | null): Place | null {
  const read: unknown = text === null ? null : JSON.parse(text);
  if (typeof read !== "object" || read === null || !("validity" in read) || !("uid" in read)) return null;
  const { validity, uid } = read;
  return typeof validity === "string" && typeof uid === "number" ? { validity, uid } : null;
}

/** Returns what went wrong, with what the server says of it. */
function describe(error: unknown): string {
  const said = error instanceof Error && "responseText" in error ? ` (${String(error.responseText)})` : "";
  return causeOf(error) + said;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
