import { uidToName, objectUid, writeObject } from "../../../src/mirror/remote-object.ts";
import { openOutside } from "../../../src/node/outside.ts";
import { user } from "../../dav-server/programs.ts";
import type { RealTarget } from "../../mirror/real-target.ts";
import { targetId, veventOf } from "../../mirror/push-world.ts";

const authorization = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}`;

/** Sends the same PUTs over the same transport as fast as the server takes them; resolves to the seconds it took. */
export async function bareLoop(
  { calendarUrl }: RealTarget,
  events: ReadonlyMap<string, string>,
  atOnce: number,
): Promise<number> {
  const outside = openOutside(() => true);
  const bodies = [...events].map(([uid, summary], n) => {
    const own = objectUid(uid, targetId, 1);
    const vevent = veventOf(uid, { day: (n % 300) / 24, summary });
    return { url: calendarUrl + uidToName(own), body: writeObject(vevent, own, { installation: "bench", targetId }) };
  });
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let one = bodies.shift(); one !== undefined; one = bodies.shift()) {
        const headers = {
          Authorization: authorization,
          "If-None-Match": "*",
          "Content-Type": "text/calendar; charset=utf-8",
        };
        const response = await outside.fetch(new Request(one.url, { method: "PUT", headers, body: one.body }));
        await response.text();
        if (response.status !== 201) throw new Error(`${response.status} for a bare PUT`);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  await outside.close();
  return seconds;
}
