import { expect, it } from "vitest";
import { status } from "../dav-server/faults.ts";
import { connectFeed, serverUser } from "./connected.ts";

const eventOf = (uid: string, summary = "Connection test of waldur-calendar"): string =>
  `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:${uid}\r\nSUMMARY:${summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

it.each(["probe", "removal"])("the event of a probe that was cut off goes with the next %s", async (how) => {
  const { world, caldav, api, id } = await connectFeed();
  await world.tick();
  const old = "waldur-probe-0123456789abcdef";
  const nowAt = Math.floor(world.deps.now() / 1000);
  const dated = `waldur-probe-${nowAt - 3600}-0123456789abcdef`;
  const running = `waldur-probe-${nowAt}-0123456789abcdef`;
  const mine = "waldur-probe-fedcba9876543210";
  for (const uid of [old, dated, running]) caldav.put(`${uid}.ics`, eventOf(uid));
  caldav.put(`${mine}.ics`, eventOf(mine, "Mine"));
  if (how === "probe") expect((await api("POST", `/targets/${id}/probe`)).status).toBe(200);
  else await api("DELETE", `/targets/${id}?events=remove`);
  for (let run = 0; run < 3; run += 1) {
    world.wait(10);
    await world.tick();
  }
  const left = [...caldav.bodies().keys()].filter((name) => name.startsWith("waldur-probe"));
  expect(left.toSorted()).toEqual([`${running}.ics`, `${mine}.ics`]);
});

it.each([403, 401])("a removal that ends with %i is not half a mirror when it goes on", async (code) => {
  const { world, caldav, api, id } = await connectFeed();
  const pass = async (): Promise<void> => {
    world.wait(22_000);
    await world.tick();
  };
  await pass();
  const names = [...caldav.bodies().keys()].toSorted();
  for (const name of names.slice(0, 5)) caldav.drop(name);
  caldav.script(status(code), "DELETE", 100_000);
  await api("DELETE", `/targets/${id}?events=remove`);
  for (let run = 0; run < 8; run += 1) await pass();
  const stopped = (await api("GET", `/targets/${id}`)).json;
  expect(stopped).toMatchObject({ state: "stopped" });
  if (code === 403) expect(stopped.stopped).toMatch(/^27 of its events could not be deleted/);
  caldav.heal();
  if (code === 403) await api("POST", `/targets/${id}/resume`);
  else await api("POST", `/targets/${id}/credentials`, serverUser);
  await pass();
  await pass();
  expect([...caldav.bodies().keys()].toSorted()).toEqual(names);
  await api("DELETE", `/targets/${id}?events=remove`);
  await pass();
  expect([...caldav.bodies().keys()]).toEqual([]);
});
