import { listBookingSources, type Viewer } from "../../account/access.ts";
import { cleanName } from "../../calendar/foreign-text.ts";
import type { Language } from "../../calendar/profile.ts";
import type { Deps } from "../../deps.ts";
import { AppError } from "../../errors.ts";
import { epochSeconds } from "../../lib/clock.ts";
import { hex } from "../../security/hash.ts";
import { blockedReason, outsideRules } from "../../security/outside.ts";
import { type NoticeKind, noticeKinds } from "../../store/mail/notice-kinds.ts";
import {
  addWebhook,
  deleteWebhook,
  listWebhooksOf,
  type WebhookRow,
  type WebhookTemplate,
  webhookTemplates,
} from "../../store/mail/webhooks.ts";
import { texts } from "../../text/index.ts";
import { manages } from "../../waldur/roles.ts";
import { newWebhookSecret, openAddress, type Posted, sealAddress, sendPost } from "./post.ts";
import { splitTopic } from "./render-post.ts";

/** The choice of a webhook that is wrong. `blocked`: the rules of the service forbid its address; `topic`: it names no topic of ntfy. */
export type WebhookFault = "address" | "blocked" | "topic" | "template" | "kinds" | "provider" | "many";

/** A new webhook; its secret is shown this once, and "" where posts are not signed. */
export interface NewWebhook {
  readonly id: string;
  readonly secret: string;
}

/** An organisation of whose requests and decisions alone a webhook may be told. */
export interface WebhookProvider {
  readonly uuid: string;
  readonly name: string;
}

/** Returns the organisations that a person manages and whose lists are read here, by name. */
export async function listWebhookProviders(deps: Pick<Deps, "sql">, viewer: Viewer): Promise<WebhookProvider[]> {
  const lists = (await listBookingSources(deps, viewer)).flatMap(({ source: { kind, customerUuid, name } }) =>
    kind === "provider" && manages(viewer.account, customerUuid) ? [{ uuid: customerUuid, name: cleanName(name) }] : [],
  );
  const all = [...new Map(lists.map((one) => [one.uuid, one])).values()];
  return all.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The choices for a webhook, as they were typed. `provider`: the uuid of an organisation, or "" for all. */
export interface WebhookChoices {
  readonly url: string;
  readonly template: string;
  readonly kinds: readonly string[];
  readonly provider: string;
}

/** Adds a webhook of a person. Resolves to what is wrong, where something is. Throws `seal_broken` when no key can seal. */
export async function makeWebhook(
  deps: Deps,
  viewer: Viewer,
  userUuid: string,
  asked: WebhookChoices,
): Promise<NewWebhook | { readonly fault: WebhookFault }> {
  const template = webhookTemplates.find((one) => one === asked.template);
  if (template === undefined) return { fault: "template" };
  const url = URL.canParse(asked.url.trim()) ? new URL(asked.url.trim()) : null;
  if (url === null) return { fault: "address" };
  if (blockedReason(url, outsideRules(deps.config)) !== null) return { fault: "blocked" };
  if (template === "ntfy" && !/^[\w-]{1,64}$/.test(splitTopic(url.href).topic)) return { fault: "topic" };
  const kinds = noticeKinds.filter((kind) => asked.kinds.includes(kind));
  if (kinds.length === 0) return { fault: "kinds" };
  const providers = asked.provider === "" ? [] : await listWebhookProviders(deps, viewer);
  if (asked.provider !== "" && !providers.some(({ uuid }) => uuid === asked.provider)) return { fault: "provider" };
  const id = hex(deps.random(8));
  const secret = template === "json" ? newWebhookSecret(deps.random) : "";
  const added = await addWebhook(deps.sql, {
    id,
    userUuid,
    address: await sealAddress(deps, id, { url: url.href, secret }),
    template,
    kinds,
    providerUuid: asked.provider,
    createdAt: epochSeconds(deps),
  });
  if (!added) return { fault: "many" };
  deps.log.info("webhook_made", { id, template });
  return { id, secret };
}

/** A webhook as its person sees it again. */
export interface ShownWebhook {
  readonly id: string;
  readonly template: WebhookTemplate;
  readonly kinds: readonly NoticeKind[];
  readonly providerUuid: string;
  /** Its host and the last characters of its address, which is a secret; "" when no key opens it any more. */
  readonly place: string;
  /** It said that it is gone. */
  readonly ended: boolean;
}

/** Returns the webhooks of a person, oldest first. */
export async function ownWebhooks(deps: Pick<Deps, "sql" | "keys">, userUuid: string): Promise<ShownWebhook[]> {
  const rows = await listWebhooksOf(deps.sql, userUuid);
  return Promise.all(
    rows.map(async (row) => {
      const { id, template, kinds, providerUuid, endedAt } = row;
      const address = await openAddress(deps, row);
      return {
        id,
        template,
        kinds,
        providerUuid,
        ended: endedAt !== null,
        place: address === null ? "" : placeOf(new URL(address.url)),
      };
    }),
  );
}

const shownLetters = 4;

function placeOf({ host, href }: URL): string {
  return `${host}/…${href.slice(-shownLetters)}`;
}

/** Deletes a webhook of a person. Throws `not_found`. */
export async function removeWebhook(deps: Pick<Deps, "sql" | "log">, userUuid: string, id: string): Promise<void> {
  if (!(await deleteWebhook(deps.sql, userUuid, id))) throw noWebhook();
  deps.log.info("webhook_removed", { id });
}

/** Posts a test to a webhook of a person at once, past the outbox. Resolves to what came of it. Throws `not_found`. */
export async function testWebhook(deps: Deps, userUuid: string, id: string, language: Language): Promise<Posted> {
  const webhook: WebhookRow | undefined = (await listWebhooksOf(deps.sql, userUuid)).find((one) => one.id === id);
  if (webhook === undefined) throw noWebhook();
  const words = texts[language].notices;
  const post = {
    event: "test",
    subject: words.webhooks.test,
    intro: words.webhooks.testText,
    items: [],
    more: "",
    links: [{ label: words.mail.change, url: `${deps.config.publicUrl}/notices` }],
  } as const;
  return sendPost(deps, webhook, { id: hex(deps.random(16)), post, atMs: deps.now() });
}

function noWebhook(): AppError {
  return new AppError("not_found", "there is no such webhook; the page Notices lists yours");
}
