import { truncate } from "../../calendar/text.ts";
import { escapeHtml } from "../../lib/escape-html.ts";
import type { WebhookTemplate } from "../../store/mail/webhooks.ts";
import type { NoticeItem, Post } from "../notices/notice.ts";
import type { MailLink } from "../write.tsx";
import { plainWords } from "./plain.ts";

/** A request that posts a notice: where it goes, and what it says, as JSON. */
export interface PostRequest {
  readonly url: string;
  readonly body: string;
}

/**
 * Returns the request that posts a notice to an address, in the form of a template. The same post gives the same bytes. `atMs`: the
 * time of the notice, epoch milliseconds.
 */
export function renderPost(template: WebhookTemplate, url: string, post: Post, atMs: number): PostRequest {
  switch (template) {
    case "json":
      return { url, body: JSON.stringify(asEvent(post, atMs)) };
    case "ntfy": {
      const { server, topic } = splitTopic(url);
      return { url: server, body: JSON.stringify({ topic, ...asNtfy(post) }) };
    }
    case "matrix":
      return { url, body: JSON.stringify({ text: asLines(post).join("\n"), html: asHtml(post) }) };
    case "slack":
      return { url, body: JSON.stringify({ text: asMrkdwn(post) }) };
    case "teams":
      return { url, body: JSON.stringify(asCard(post)) };
  }
}

/** Splits the address of a topic of ntfy: messages in JSON go to the server, and name the topic. "" when there is none. */
export function splitTopic(url: string): { readonly server: string; readonly topic: string } {
  const address = new URL(url);
  const segments = address.pathname.replace(/\/+$/, "").split("/");
  const topic = segments.pop() ?? "";
  address.pathname = `${segments.join("/")}/`;
  return { server: address.href, topic };
}

/** The payload of Standard Webhooks: type, timestamp, data. */
function asEvent({ event, subject, intro, items, more, links }: Post, atMs: number) {
  return {
    type: event,
    timestamp: new Date(atMs).toISOString(),
    data: {
      title: subject,
      text: intro,
      bookings: items.map(({ booking, link }) => ({ ...booking, url: link.url })),
      more,
      links,
    },
  };
}

/** A title for which there is room on the screen of a phone. */
const longestTitle = 200;
/** In UTF-16 units: ntfy makes an attachment of more than 4,096 bytes. */
const longestMessage = 1200;

function asNtfy(post: Post) {
  const { subject, intro, items, more } = post;
  const blocks = [plainWords(intro), ...items.map(({ facts }) => facts.map(plainWords).join("\n")), more];
  const link = mainLink(post);
  return {
    title: truncate(plainWords(subject), longestTitle),
    message: truncate(blocks.filter((block) => block !== "").join("\n\n"), longestMessage),
    tags: ["calendar"],
    ...(link === null ? {} : { click: link.url }),
  };
}

/** The page that the whole is about: that of its one booking, or of all. */
function mainLink({ items, links }: Pick<Post, "items" | "links">): MailLink | null {
  const [link = null] = links;
  return items.length === 1 ? (items[0]?.link ?? link) : link;
}

/** The facts of a booking. Before its name, which nothing of ours stands before, comes a dot: words of others begin no line. */
function itemLines({ facts }: NoticeItem): string[] {
  return facts.map((fact, n) => (n === 0 ? `\u2022 ${plainWords(fact)}` : plainWords(fact)));
}

/** The lines of a message; `showLink` makes those of a link. */
function asLines(
  { subject, intro, items, more, links }: Post,
  showLink: (link: MailLink) => string = ({ label, url }) => `${label}: ${url}`,
): string[] {
  return [
    plainWords(subject),
    plainWords(intro),
    ...items.flatMap((item) => [...itemLines(item), showLink(item.link)]),
    more,
    ...links.map(showLink),
  ].filter((line) => line !== "");
}

/** Slack's mrkdwn, in the part of it that Mattermost reads the same way. */
function asMrkdwn(post: Post): string {
  return asLines(post, ({ label, url }) => `<${url}|${label}>`).join("\n");
}

function asHtml({ subject, intro, items, more, links }: Post): string {
  const link = ({ label, url }: MailLink): string => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`;
  const words = (line: string): string => escapeHtml(plainWords(line));
  const paragraphs = [
    `<strong>${words(subject)}</strong><br>${words(intro)}`,
    ...items.map((item) => [...item.facts.map(words), link(item.link)].join("<br>")),
    escapeHtml(more),
    ...links.map(link),
  ];
  return paragraphs
    .filter((one) => one !== "")
    .map((one) => `<p>${one}</p>`)
    .join("");
}

/** A message with an Adaptive Card, as the workflow "When a Teams webhook request is received" takes it. */
function asCard(post: Post) {
  const { subject, intro, items, more, links } = post;
  const block = (text: string, look: object = {}) => ({
    type: "TextBlock",
    text,
    wrap: true,
    ...look,
  });
  const open = ({ label, url }: MailLink) => ({ type: "Action.OpenUrl", title: label, url });
  const [only] = items;
  const single = items.length === 1 && only !== undefined;
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: [
            block(plainWords(subject), { weight: "Bolder", size: "Medium" }),
            block(plainWords(intro)),
            ...items.flatMap((item) => [
              ...itemLines(item).map((line, n) => block(line, n === 0 ? { separator: true } : { spacing: "None" })),
              ...(single ? [] : [{ type: "ActionSet", actions: [open(item.link)] }]),
            ]),
            ...(more === "" ? [] : [block(more)]),
          ],
          actions: [...(single ? [open(only.link)] : []), ...links.map(open)],
        },
      },
    ],
  };
}
