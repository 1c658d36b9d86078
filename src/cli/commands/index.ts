import type { Command } from "../command.ts";
import { check } from "./check.ts";
import { exportCalendar } from "./export.ts";
import { feedCommands } from "./feeds.ts";
import { bookings, providers } from "./listings.ts";
import { decisionCommands } from "./decisions.ts";
import { backup, demo, keygen, serve } from "./service.ts";
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
  ...decisionCommands,
  check,
  keygen,
  backup,
];
