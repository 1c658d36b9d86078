import { html } from "hono/html";
import type { FC } from "hono/jsx";
import { cleanLine } from "../calendar/text.ts";
import { cleanMessage, cleanWords } from "../calendar/foreign-text.ts";
import type { Language } from "../calendar/profile.ts";

/** A link of ours. */
export interface MailLink {
  readonly label: string;
  readonly url: string;
}

/** The content of a mail, before it is text and HTML. Names of others are cleaned already. */
export interface MailContent {
  readonly language: Language;
  readonly subject: string;
  readonly intro: string;
  /** One booking, or several: what is known of each, with its page. */
  readonly items: readonly { readonly facts: readonly string[]; readonly link: MailLink | null }[];
  /** Stands below the items; "" for nothing. */
  readonly more: string;
  readonly links: readonly MailLink[];
  /** The reason why it comes, and the way to have no more of it. */
  readonly foot: { readonly text: string; readonly links: readonly MailLink[] };
  /** The requester's own words, last; null for none. */
  readonly quote: { readonly heading: string; readonly text: string } | null;
}

/** Returns a mail as plain text and as HTML without images, scripts or styles: the same words in the same order. */
export async function writeContent(content: MailContent): Promise<{ readonly text: string; readonly html: string }> {
  return { text: writeText(content), html: String(await html`<!doctype html>${<Body {...content} />}`) };
}

/** The lines of the requester's words, in which no program finds an address to link. */
function quotedLines({ text }: { readonly text: string }): string[] {
  return cleanMessage(text).split("\n").map(cleanWords);
}

function writeText({ intro, items, more, links, foot, quote }: MailContent): string {
  const line = ({ label, url }: MailLink): string => `${label}:\n${url}`;
  const blocks = [
    intro,
    ...items.map(({ facts, link }) => [...facts, ...(link === null ? [] : [line(link)])].join("\n")),
    more,
    ...links.map(line),
    ["-- ", foot.text, ...foot.links.map(line)].join("\n"),
    quote === null ? "" : [quote.heading, ...quotedLines(quote).map((one) => `> ${one}`.trimEnd())].join("\n"),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

const Link: FC<MailLink> = ({ label, url }) => (
  <p>
    <a href={url}>{label}</a>
  </p>
);

const Body: FC<MailContent> = ({ language, subject, intro, items, more, links, foot, quote }) => (
  <html lang={language}>
    <head>
      <meta charset="utf-8" />
      <title>{cleanLine(subject)}</title>
    </head>
    <body>
      <p>{intro}</p>
      {items.map(({ facts, link }) => (
        <div>
          <p dir="auto">
            {facts.map((fact) => (
              <>
                {fact}
                <br />
              </>
            ))}
          </p>
          {link !== null && <Link {...link} />}
        </div>
      ))}
      {more !== "" && <p>{more}</p>}
      {links.map((link) => (
        <Link {...link} />
      ))}
      <hr />
      <p>{foot.text}</p>
      {foot.links.map((link) => (
        <Link {...link} />
      ))}
      {quote !== null && (
        <div>
          <p>{quote.heading}</p>
          <blockquote dir="auto">
            {quotedLines(quote).map((one) => (
              <>
                {one}
                <br />
              </>
            ))}
          </blockquote>
        </div>
      )}
    </body>
  </html>
);
