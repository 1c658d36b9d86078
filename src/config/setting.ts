import * as v from "valibot";
import { readZone } from "../calendar/zone.ts";
import { messageOf } from "../errors.ts";
import { isMailAddress, readMailbox } from "../lib/mail-address.ts";
import { parseKeyRing } from "../security/keys.ts";
import { isNetwork } from "../security/proxies.ts";

/** The facts that the table tells of a setting. */
export interface SettingFacts {
  readonly env: string;
  /** As it would be written; null: none. */
  readonly byDefault: string | null;
  readonly help: string;
  readonly secret: boolean;
}

export const visible = (help: string) => ({ help, secret: false });
export const secret = (help: string) => ({ help, secret: true });

/** Makes a setting that is null when it is not given. */
export function optional<const S extends v.GenericSchema<string, unknown>>(
  env: string,
  schema: S,
  about: Pick<SettingFacts, "help" | "secret">,
) {
  const facts: SettingFacts = { env, byDefault: null, ...about };
  return v.pipe(v.nullish(schema, null), v.metadata({ ...facts }));
}

/** Makes a setting that has a default, which is read as if it had been given. */
export function setting<const S extends v.GenericSchema<string, unknown>>(
  env: string,
  schema: S,
  byDefault: v.InferInput<S>,
  help: string,
) {
  const facts: SettingFacts = { env, byDefault, help, secret: false };
  return v.pipe(v.optional(schema, byDefault), v.metadata({ ...facts }));
}

export function wholeSetting(least: number, most: number) {
  const wanted = `give a whole number from ${least} to ${most}`;
  return v.pipe(
    v.string(),
    v.regex(/^[0-9]{1,15}$/, wanted),
    v.transform(Number),
    v.minValue(least, wanted),
    v.maxValue(most, wanted),
  );
}

/** Returns the address without the slash at its end. */
function address(example: string) {
  const wanted = `give an address like ${example}: http or https, without user, password, query or fragment`;
  return v.pipe(
    v.string(),
    v.check((text) => isPlainAddress(text), wanted),
    v.transform((text) => new URL(text).href.replace(/(?<!\/)\/+$/, "")),
  );
}

function isPlainAddress(text: string): boolean {
  if (!URL.canParse(text) || /[?#\s]/.test(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

export const publicAddress = v.pipe(
  address("https://calendar.example.org"),
  v.check(
    (url) => new URL(url).pathname === "/",
    "give the address without a path: the service needs a host name, or a port, of its own",
  ),
);

export const waldurAddress = v.pipe(
  address("https://waldur.example.org"),
  // Waldur's own papers call the address with /api at the end the API URL.
  v.transform((url) => url.replace(/\/api$/, "")),
);

export const waldurToken = v.pipe(
  v.string(),
  v.regex(
    /^[\x21-\x7e]+$/,
    "give the token alone, without the word Token or Bearer, spaces or line breaks: HomePort shows it in your profile under API token",
  ),
);

export const adminToken = v.pipe(
  v.string(),
  v.regex(
    /^[\x21-\x7e]{24,}$/,
    "give at least 24 characters without spaces, for example what `openssl rand -hex 24` prints",
  ),
);

export const databaseAddress = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && /^postgres(?:ql)?:\/\/[^/]+\/./.test(text),
    "give an address like postgres://user:password@host/database",
  ),
);

export const hookSecret = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z0-9_-]{24,}$/,
    "give at least 24 letters, digits, - and _, for example what `openssl rand -hex 24` prints",
  ),
);

export const visibleText = v.pipe(v.string(), v.regex(/^[\x21-\x7e]+$/, "give it as Google shows it, without spaces"));

export const mailServer = v.pipe(
  v.string(),
  v.check(
    (text) => /^smtps?:\/\/[^/?#\s]/.test(text) && URL.canParse(text) && new URL(text).hostname !== "",
    "give an address such as smtp://mail.example.org:587 or smtps://user:password@mail.example.org",
  ),
);

export const mailbox = v.pipe(
  v.string(),
  v.check(
    (text) => readMailbox(text) !== null,
    "give an address such as calendar@example.org, or Calendar <calendar@example.org>",
  ),
);

export const answerPattern = v.pipe(
  v.string(),
  v.transform((text) => text.toLowerCase()),
  v.check(
    (text) => /^[a-z0-9._-]*\*@/.test(text) && !text.includes("+") && isMailAddress(text.replace("*", "x".repeat(26))),
    "give an address whose local part ends with *, such as *@rsvp.example.org or rsvp-*@example.org, without +",
  ),
);

export const mailListener = v.pipe(
  v.string(),
  v.check(
    (text) => /^(?:smtp|lmtp):\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}\/?$/.test(text),
    "give an address such as smtp://127.0.0.1:2525 or lmtp://127.0.0.1:2424",
  ),
);

export const mailInbox = v.pipe(
  v.string(),
  v.check(
    (text) => /^imaps?:\/\/[^/?#\s]+@[^/?#\s]/.test(text) && URL.canParse(text),
    "give an address such as imaps://user:password@imap.example.org/INBOX, with user and password percent-encoded",
  ),
);

export const dkimSelector = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, "give the selector alone, such as calendar2026"),
);

/** PEM in one line loses its line breaks; they come back where the key is used. */
export const dkimKey = v.pipe(
  v.string(),
  v.regex(
    /^(?:-----BEGIN [A-Z ]*PRIVATE KEY-----)?[A-Za-z0-9+/=\s\\]{60,}(?:-----END [A-Z ]*PRIVATE KEY-----)?$/,
    "give the private key in PEM, as `openssl genpkey` prints it, or its base64 in one line",
  ),
);

export const host = v.pipe(
  v.string(),
  v.check(
    (text) => /^[A-Za-z0-9.:_-]+$/.test(text) && URL.canParse(`http://${text.includes(":") ? `[${text}]` : text}/`),
    "give a host name or an IP address, such as 0.0.0.0",
  ),
);

export const hostPort = v.pipe(
  v.string(),
  v.check(
    (text) => /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/.test(text) && URL.canParse(`http://${text}`),
    "give a host name or address with a port, such as 127.0.0.1:9464",
  ),
);

export const keyRing = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      parseKeyRing(dataset.value);
    } catch (error) {
      addIssue({ message: messageOf(error).replace(/^SECRET_KEYS: /, "") });
    }
  }),
);

export const zone = v.pipe(
  v.string(),
  v.check((name) => readZone(name) !== null, "give an IANA time zone, such as Europe/Tallinn"),
  v.transform((name) => readZone(name) ?? name),
);

export const flag = v.pipe(
  v.picklist(["on", "off"], "give on or off"),
  v.transform((text) => text === "on"),
);

export const hours = v.pipe(
  v.string(),
  v.regex(
    /^([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3])$/,
    "give two hours from 0 to 23, such as 20-6; the same hour twice for no night",
  ),
  v.transform((text) => {
    const [from = 0, to = 0] = text.split("-").map(Number);
    return { from, to };
  }),
);

export const hostList = v.pipe(
  v.string(),
  v.check(
    (text) => text.split(",").every((one) => isHost(one.trim())),
    "give host names or addresses, each with or without a port, separated by commas, such as dav.example.org,10.0.0.5:5232",
  ),
  v.transform((text) => text.split(",").map((one) => one.trim().toLowerCase())),
);

export const domainList = v.pipe(
  v.string(),
  v.transform((text) => text.split(",").map((one) => one.trim().toLowerCase())),
  v.check(
    (domains) => domains.every((domain) => isMailAddress(`x@${domain}`)),
    "give domains of mail addresses, separated by commas, such as rooms.example.org,resource.calendar.google.com",
  ),
);

export const networkList = v.pipe(
  v.string(),
  v.transform((text) => text.split(",").map((one) => one.trim())),
  v.check(
    (networks) => networks.every((network) => isNetwork(network)),
    "give addresses or networks, separated by commas, such as 127.0.0.0/8,::1,10.0.5.0/24",
  ),
);

function isHost(text: string): boolean {
  return /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(text) && URL.canParse(`http://${text}/`);
}
