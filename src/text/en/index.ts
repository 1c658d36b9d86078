import { agenda } from "./agenda.ts";
import { common } from "./common.ts";
import { connect } from "./connect.ts";
import { decision } from "./decision.ts";
import { failures } from "./failures.ts";
import { feed } from "./feed.ts";
import { feedForm } from "./feed-form.ts";
import { history } from "./history.ts";
import { keys } from "./keys.ts";
import { mirror } from "./mirror.ts";
import { overview } from "./overview.ts";
import { presets } from "./presets.ts";
import { signIn } from "./sign-in.ts";
import { sources } from "./sources.ts";

/** Every sentence of the pages in English, by subject; the other languages have its shape. */
export const en = {
  agenda,
  common,
  connect,
  decision,
  failures,
  feed,
  feedForm,
  history,
  keys,
  mirror,
  overview,
  presets,
  signIn,
  sources,
};
