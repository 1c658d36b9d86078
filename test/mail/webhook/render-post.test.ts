import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KnownBooking } from "../../../src/calendar/booking.ts";
import { languages } from "../../../src/calendar/profile.ts";
import { cleanName } from "../../../src/calendar/foreign-text.ts";
import { defaultConfig } from "../../../src/config/config.ts";
import type { Notice } from "../../../src/mail/notices/notice.ts";
import { requestContent, requestsContent } from "../../../src/mail/notices/request-text.ts";
import { texts } from "../../../src/text/index.ts";
import { plainWords } from "../../../src/mail/webhook/plain.ts";
import { renderPost } from "../../../src/mail/webhook/render-post.ts";
import { postOf } from "../../../src/mail/notices/notice.ts";
import { type WebhookTemplate, webhookTemplates } from "../../../src/store/mail/webhooks.ts";
import { hostileKnown } from "../../calendar/hostile.ts";
import { booking } from "../../calendar/samples.ts";
import { numberSlots } from "../../../src/calendar/slots.ts";

const ours = "https://calendar.example/";
const deps = { config: { ...defaultConfig, publicUrl: "https://calendar.example" } };
const reader = { language: "en", zone: "Europe/Tallinn" } as const;
const atMs = Date.UTC(2027, 0, 4, 9);

const located = (known: KnownBooking) => ({ ...known, sourceId: "s", rev: 1 });
const render = (template: WebhookTemplate, notice: Notice, url = "https://chat.example.org/hooks/x") =>
  renderPost(template, url, postOf(notice), atMs);

/** A booking all of whose texts are this one. */
function named(text: string): KnownBooking {
  const made = booking({
    name: text,
    description: text,
    offeringName: text,
    customerName: text,
    projectName: text,
    requesterName: text,
    requesterUsername: text,
  });
  return { booking: made, orderState: "executing", orderUuid: null, slots: numberSlots([], made), vanished: false };
}

/** Returns all texts of a body that a chat shows, with where they stand. */
function shownTexts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => shownTexts(one, `${path}.${key}`));
}

/** Markup that does something in one of the chats, in words of others. */
const attacks = [
  "@channel @here @all @room @everyone",
  "<!channel> <!here|x> <@U024BE7LH> <#C024BE7LH> <!subteam^S1>",
  "<https://evil.example|the page of the request>",
  "[Accept](https://evil.example) ![x](https://evil.example/p.png)",
  "[Accept][1] [1]: https://evil.example",
  "<at>Liis</at> {{DATE(2027-01-04T09:00:00Z)}} ${evil}",
  "&lt;!channel&gt; &#64;channel &commat;here",
  "*bold* _it_ **b** __u__ ~~s~~ `code` ```block```",
  "\\@channel \\<!here>",
  "# heading\n\n---\n> quote\n| a | b |\n|---|---|",
  "~town-square #general :rotating_light: $\\href{https://evil.example}{x}$",
  "liis.saar@ut.ee evil.com @maria:example.org https://matrix.to/#/@maria:example.org evil.example www.evil.example",
  '"}],"attachments":[{"text":"injected"}],"x":[{"y":"',
  '</p><a href="https://evil.example">x</a><img src=x onerror=alert(1)>',
];

/** Fails when one of these texts can do anything but be read. Links are ours, taken out before. */
function expectHarmless(template: WebhookTemplate, text: string): void {
  // A mention of a person, a channel or a team; the fullwidth sign is none.
  expect(text).not.toMatch(/@(?!ours)/);
  expect(text).not.toMatch(/<[!@#]|&lt;!|<at>/);
  expect(text).not.toMatch(/\]\(|\]\[|!\[/);
  expect(text).not.toMatch(/[*`~|\\{}[\]$]/);
  expect(text).not.toMatch(/(?:^|[^\p{L}\p{N}])_|_(?:$|[^\p{L}\p{N}])/u);
  expect(text).not.toMatch(/#\p{L}/u);
  expect(text).not.toMatch(/:[\w+-]+:/);
  // No line begins with what makes a heading, a quote, a list or a rule; ntfy has no markup.
  for (const line of template === "ntfy" ? [] : text.split("\n"))
    expect(line).not.toMatch(/^\s*(?:[-=+>]|#{1,6}\s|\d+[.)]\s)/);
  expect(text).not.toMatch(/(?:https?:\/\/|www\.)\S/i);
  expect(text).not.toMatch(/\p{L}\.\p{L}\p{L}/u);
  if (template !== "matrix") expect(text).not.toMatch(/[<>]/);
}

/** Checks a rendered post: the shape is ours, its links are ours, and nothing else in it does anything. */
function check(template: WebhookTemplate, body: string): void {
  const value: unknown = JSON.parse(body);
  const shape = shownTexts(value).map(([path]) => path.replaceAll(/\.\d+/g, ""));
  for (const path of shape) expect(allowed[template]).toContain(path);
  for (const [path, text] of shownTexts(value)) {
    if (/\.(?:url|click)$/.test(path)) {
      expect(text.startsWith(ours)).toBe(true);
      continue;
    }
    if (/\.(?:\$schema|contentType|type|version|weight|size|spacing|topic)$/.test(path)) continue;
    if (path === ".html") {
      const tags = [...text.matchAll(/<\/?([a-z]+)/g)].map(([, tag]) => tag);
      expect(tags.filter((tag) => !["p", "br", "a", "strong"].includes(tag ?? ""))).toEqual([]);
      for (const [, link = ""] of text.matchAll(/href="([^"]*)"/g)) expect(link.startsWith(ours)).toBe(true);
      expectHarmless(template, text.replaceAll(/<[^>]*>/g, "\n• "));
      continue;
    }
    const bare = text
      .replaceAll(/<https:\/\/calendar\.example\/[\w/-]*\|[^<>|]*>/g, "")
      .replaceAll(/https:\/\/calendar\.example\/[\w/-]*/g, "");
    expectHarmless(template, bare);
  }
}

const card = ".attachments.content";
const allowed: Readonly<Record<WebhookTemplate, readonly string[]>> = {
  json: [],
  ntfy: [".topic", ".title", ".message", ".tags", ".click"],
  matrix: [".text", ".html"],
  slack: [".text"],
  teams: [
    ".type",
    ".attachments.contentType",
    ...["$schema", "type", "version"].map((name) => `${card}.${name}`),
    ...["type", "text", "weight", "size", "spacing"].map((name) => `${card}.body.${name}`),
    ...["type", "title", "url"].flatMap((name) => [`${card}.actions.${name}`, `${card}.body.actions.${name}`]),
  ],
};
/** The bytes that each takes. */
const longest = { json: 0, ntfy: 8000, matrix: 50_000, slack: 40_000, teams: 21_000 };
const chats = webhookTemplates.filter((template) => template !== "json");

describe.each(chats)("a post for %s", (template) => {
  it.each(attacks)("shows %j as words", (attack) => {
    const row = located(named(attack));
    for (const notice of [
      requestContent(deps, row, reader, "request"),
      requestsContent(deps, [row, row], 12, reader, "reminder"),
    ])
      check(template, render(template, notice).body);
  });

  it("does nothing but be read, whatever a booking says", () => {
    const words = fc
      .tuple(fc.constantFrom(...attacks), fc.constantFrom(...attacks))
      .map(([a, b]) => named(`${a} ${b}`));
    fc.assert(
      fc.property(
        fc.oneof(hostileKnown, words),
        fc.constantFrom(...languages),
        fc.boolean(),
        (known, language, one) => {
          const who = { ...reader, language };
          const notice = one
            ? requestContent(deps, located(known), who, "request")
            : requestsContent(deps, [located(known), located(known)], 3, who, "request");
          const { body } = render(template, notice);
          check(template, body);
          // Teams takes 28 kB.
          expect(body.length).toBeLessThan(20_000);
        },
      ),
      { numRuns: Number(process.env["WEBHOOK_HOSTILE"] ?? 150) },
    );
  });

  it.each(["# NAME", "1. NAME", "- NAME", "+ NAME", "> NAME", ...attacks])("who answered begins no line: %j", (who) => {
    for (const language of languages) {
      const intro = texts[language].notices.mail.decidedText(cleanName(who));
      const row = located(named("Cell division"));
      check(template, render(template, { ...requestContent(deps, row, reader, "request"), intro }).body);
    }
  });

  it("is the same at each try, and fits with ten bookings of the longest names", () => {
    const row = located(named("日本".repeat(200)));
    const notice = requestsContent(
      deps,
      Array.from({ length: 10 }, () => row),
      40,
      reader,
      "request",
    );
    const { body } = render(template, notice);
    expect(render(template, notice).body).toBe(body);
    expect(new TextEncoder().encode(body).length).toBeLessThan(longest[template]);
  });
});

describe("a post for", () => {
  const row = located(named("Cell division"));
  const notice = requestContent(deps, row, reader, "request");
  const page = `${ours}bookings/${row.booking.uuid}`;

  it("a topic of ntfy goes to its server, and a click opens the page", () => {
    const { url, body } = render("ntfy", notice, "https://ntfy.example.org/lab-bookings?auth=x");
    expect(url).toBe("https://ntfy.example.org/?auth=x");
    expect(JSON.parse(body)).toMatchObject({
      topic: "lab-bookings",
      title: "New request: Cell division",
      message: expect.stringContaining("Offering: Cell division"),
      click: page,
    });
  });

  it("Teams is one message with one Adaptive Card, whose button opens the page", () => {
    const { attachments } = JSON.parse(render("teams", notice).body);
    expect(attachments).toHaveLength(1);
    expect(attachments[0]).toMatchObject({
      contentType: "application/vnd.microsoft.card.adaptive",
      content: {
        type: "AdaptiveCard",
        actions: [{ type: "Action.OpenUrl", title: "Look at it and answer", url: page }],
      },
    });
  });

  it("a program has the booking as data, and not the words of the requester", () => {
    const { data } = JSON.parse(
      render("json", requestContent(deps, located(named("Ann & Bob")), reader, "request")).body,
    );
    expect(data.bookings[0]).toMatchObject({ name: "Ann & Bob", customer: "Ann & Bob", url: page });
    const message = { ...row, booking: { ...row.booking, description: "my own words" } };
    for (const template of webhookTemplates)
      expect(render(template, requestContent(deps, message, reader, "request")).body).not.toContain("my own words");
  });
});

describe("words of others", () => {
  it.each([
    "Microscope #2 (room 1.04)",
    "Liis Saar",
    "lab_1",
    "10:00–11:00 (Europe/Tallinn)",
    "R&D",
    "Õhusõit",
    "2 x 3",
  ])("%s stays as it is", (text) => expect(plainWords(text)).toBe(text));
});
