import type { Client, Shown } from "./client.ts";
import { Evolution } from "./evolution.ts";
import { Google } from "./google.ts";
import { Icsx5 } from "./icsx5.ts";
import { Kde } from "./kde.ts";
import { Nextcloud } from "./nextcloud.ts";
import { Thunderbird } from "./thunderbird.ts";
import { Vdirsyncer } from "./vdirsyncer.ts";

/** Every simulated calendar program; `new` takes the feed's address. */
export const clients: readonly (new (url: string) => Client)[] = [
  Evolution,
  Google,
  Icsx5,
  Kde,
  Nextcloud,
  Thunderbird,
  Vdirsyncer,
];

/** Returns the events that its user sees, by the feed's own UIDs. */
export function shown(client: Client): Map<string, Shown> {
  const seen = new Map<string, Shown>();
  for (const { uid, summary, status, start, end } of client.events().values())
    seen.set(uid, { summary, status, start, end });
  return seen;
}
