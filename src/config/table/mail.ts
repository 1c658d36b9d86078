import * as v from "valibot";
import {
  answerPattern,
  domainList,
  dkimKey,
  dkimSelector,
  host,
  mailbox,
  mailInbox,
  mailListener,
  mailServer,
  optional,
  secret,
  setting,
  visible,
  wholeSetting,
} from "../setting.ts";

/** Settings of mail, out and in. */
export const mail = {
  mailUrl: optional(
    "MAIL_URL",
    mailServer,
    secret("Mail server that takes what this service sends, `smtp://` or `smtps://`, on Node; without it mail is off"),
  ),
  mailFrom: optional("MAIL_FROM", mailbox, visible("Address that mails are from, with or without a name")),
  mailPerHour: setting("MAIL_PER_HOUR", wholeSetting(1, 1000000), "500", "Mails that are sent in an hour at most"),
  mailDkimSelector: optional(
    "MAIL_DKIM_SELECTOR",
    dkimSelector,
    visible("Selector under which the domain of `MAIL_FROM` publishes its DKIM key; without it the mail server signs"),
  ),
  mailDkimKey: optional("MAIL_DKIM_KEY", dkimKey, secret("Private key with which mails are signed then")),
  mailAnswers: optional(
    "MAIL_ANSWERS",
    answerPattern,
    visible(
      "Addresses to which answers to invitations go, such as `*@rsvp.example.org`; without it requests are not sent as invitations",
    ),
  ),
  mailDecisions: setting(
    "MAIL_DECISIONS",
    v.picklist(["on", "page", "off"], "give on, page or off"),
    "page",
    "What an answer by mail does: `on` decides, `page` brings a mail with the page that decides, `off`: there are no invitations",
  ),
  mailAuthservId: optional(
    "MAIL_AUTHSERV_ID",
    host,
    visible(
      "Name by which your mail server calls itself in Authentication-Results, which it takes out of what comes in; without it DKIM is verified here, on Node",
    ),
  ),
  mailResourceDomains: optional(
    "MAIL_RESOURCE_DOMAINS",
    domainList,
    visible(
      "Domains whose mailboxes of rooms and equipment may be asked in place of a person, separated by commas; without it the domain of `MAIL_FROM`",
    ),
  ),
  mailListen: optional(
    "MAIL_LISTEN",
    mailListener,
    visible("Where answers are taken, on Node: `smtp://127.0.0.1:2525` or `lmtp://127.0.0.1:2424`"),
  ),
  mailInbox: optional(
    "MAIL_INBOX",
    mailInbox,
    secret("Mailbox from which answers are read, on Node: `imaps://user:password@imap.example.org/INBOX`"),
  ),
};
