import { unfold } from "../../../src/calendar/ical/content-line.ts";
import type { FeedProfile } from "../../../src/calendar/profile.ts";
import { makeWorld, type WorldOptions } from "../../world.ts";
import { body, calendarPath, type Program, signedIn } from "./program.ts";

/** A provider's calendar in the owner's calendar program, with one request that waits for an answer. */
export async function pendingScene(profile: Partial<FeedProfile> = {}, options: WorldOptions = {}) {
  const world = await makeWorld({ bookings: 6, ...options });
  const booking = world.sample.request({ name: "Answer me" });
  const owner = await signedIn(world, world.sample.tokens.providerOwner);
  const feed = await world.addFeed(profile);
  await world.tick();
  const path = calendarPath(owner.account, feed);
  return { world, booking, owner, feed, path, name: `${booking.uuid}-1.ics`, program: owner.program };
}

/** Reads an object as it is now: its text with unfolded lines, and its ETag. */
export async function read(program: Program, address: string): Promise<{ text: string; etag: string }> {
  const { text, headers } = await program.send("GET", address);
  return { text: unfold(text), etag: headers.get("ETag") ?? "" };
}

/** Answers as a calendar program does: reads the object, and puts it back with another PARTSTAT. */
export async function answerWith(program: Program, address: string, partstat: string) {
  const { text, etag } = await read(program, address);
  return program.send("PUT", address, text.replace("PARTSTAT=NEEDS-ACTION", `PARTSTAT=${partstat}`), {
    "If-Match": etag,
    "Content-Type": "text/calendar; charset=utf-8",
  });
}

/** Asks what changed since a token; "" for everything. */
export async function sync(program: Program, path: string, token: string, more = "") {
  return program.send(
    "REPORT",
    path,
    body(
      "D:sync-collection",
      `<D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level>${more}<D:prop><D:getetag/></D:prop>`,
    ),
    { Depth: "1" },
  );
}

/** The hrefs that a sync told as changed, and as gone. */
export function toldIn(answer: {
  readonly members: readonly { readonly href: string; readonly status: number | null }[];
}) {
  const last = (href: string): string => href.split("/").at(-1) ?? "";
  return {
    changed: answer.members.filter(({ status }) => status === null).map(({ href }) => last(href)),
    gone: answer.members.filter(({ status }) => status === 404).map(({ href }) => last(href)),
  };
}
