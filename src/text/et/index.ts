import type { en } from "../en/index.ts";
import { answers } from "./answers.ts";
import { caldav } from "./caldav.ts";
import { calendars } from "./calendars.ts";
import { common } from "./common.ts";
import { connect } from "./connect.ts";
import { decision } from "./decision.ts";
import { failures, limits } from "./failures.ts";
import { feed } from "./feed.ts";
import { feedForm } from "./feed-form.ts";
import { history } from "./history.ts";
import { inbox } from "./inbox.ts";
import { keys } from "./keys.ts";
import { mailboxes } from "./mailboxes.ts";
import { mirror } from "./mirror.ts";
import { notices } from "./notices.ts";
import { presets } from "./presets.ts";
import { programs } from "./programs.ts";
import { schedule } from "./schedule.ts";
import { signIn } from "./sign-in.ts";
import { sources } from "./sources.ts";
import { wishes } from "./wishes.ts";

/** Every sentence of the pages in Estonian, by subject. */
export const et: typeof en = {
  answers,
  caldav,
  calendars,
  common,
  connect,
  decision,
  failures,
  feed,
  feedForm,
  history,
  inbox,
  keys,
  limits,
  mailboxes,
  mirror,
  notices,
  presets,
  programs,
  schedule,
  signIn,
  sources,
  wishes,
};
