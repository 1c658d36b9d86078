import type { Command } from "../command.ts";
import { check } from "./check.ts";
import { exportCalendar } from "./export.ts";
import { feedCommands } from "./feeds.ts";
import { bookings, providers } from "./listings.ts";
import { decisionCommands } from "./decisions.ts";
import { forgetPerson } from "./people.ts";
import { passwordCommands } from "./passwords.ts";
import { backup, copy, demo, keygen, restore, serve } from "./service.ts";
import { sync } from "./sync.ts";
import { targetCommands } from "./targets.ts";

/** Every command, in the order of help. */
export const commands: readonly Command[] = [
  serve,
  demo,
  providers,
  bookings,
  exportCalendar,
  sync,
  ...feedCommands,
  ...targetCommands,
  ...passwordCommands,
  ...decisionCommands,
  forgetPerson,
  check,
  keygen,
  backup,
  restore,
  copy,
];
