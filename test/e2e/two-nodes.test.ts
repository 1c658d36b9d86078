import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomBytes } from "../../src/lib/random.ts";
import { newKey } from "../../src/security/keys.ts";
import { openPostgres } from "../../src/store/sql/postgres.ts";
import { readObject } from "../../src/mirror/remote-object.ts";
import { makePostgres } from "../contract/store/engines.ts";
import { findPostgres } from "../contract/store/postgres-server.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { openMailServer } from "../mail/mail-server.ts";
import { readCalendar } from "../read-calendar.ts";
import { until } from "../until.ts";
import { makeFormClient } from "./support/form-client.ts";
import { program, runCli, type Service, startCommand } from "./support/process.ts";
import { adminToken, publicUrl } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

/** Times that a node is killed; the long mode sets NODE_KILLS=200. */
const kills = Number(process.env["NODE_KILLS"] ?? 4);

const operator = { ADMIN_TOKEN: adminToken };

interface Node {
  service: Service;
  url: string;
}

/** A mail server that answers DATA when it is let, and notes whether whoever sent it was still there. */
async function openSlowMail() {
  const waiting = new Map<string, () => void>();
  const taken: { readonly raw: string; readonly session: string }[] = [];
  const lost = new Set<string>();
  let held = false;
  const server = await openMailServer({
    onData(stream, { id }, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        taken.push({ raw: Buffer.concat(chunks).toString(), session: id });
        if (held) waiting.set(id, callback);
        else callback();
      });
    },
    onClose({ id }) {
      if (waiting.delete(id)) lost.add(id);
    },
  });
  return {
    ...server,
    taken,
    /** The sessions that ended before the answer. */
    lost,
    waiting,
    hold: () => (held = true),
    release() {
      held = false;
      for (const answer of waiting.values()) answer();
      waiting.clear();
    },
  };
}

/** A CalDAV server on loopback with an event of somebody else. */
async function openCalendar() {
  const caldav = makeCaldav({ now: Date.now });
  const foreign =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:me\r\nBEGIN:VEVENT\r\nUID:mine\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:20270101T000000Z\r\nDTEND:20270101T010000Z\r\nSUMMARY:mine\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
  caldav.put("mine.ics", foreign);
  const listener = getRequestListener(caldav.fetch, { overrideGlobalObjects: false });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  return {
    caldav,
    foreign,
    host: `127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    /** Writes that put into an object what it had already. */
    doubles() {
      const last = new Map<string, string>();
      return caldav.requests.flatMap(({ method, path, body, status }) => {
        if (status === null || status >= 300 || (method !== "PUT" && method !== "DELETE")) return [];
        const same = last.get(path) === body;
        last.set(path, body);
        return same ? [`${method} ${path}`] : [];
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.runIf(findPostgres() !== null)("two nodes on one PostgreSQL", () => {
  let post: Awaited<ReturnType<typeof openSlowMail>>;
  let calendar: Awaited<ReturnType<typeof openCalendar>>;
  let waldur: ServedSample;
  let folder: string;
  let settings: Record<string, string>;
  const nodes: Node[] = [];

  beforeAll(async () => {
    waldur = await serveSample();
    post = await openSlowMail();
    calendar = await openCalendar();
    folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    settings = {
      WALDUR_API_URL: waldur.url,
      WALDUR_API_TOKEN: waldur.sample.tokens.providerOwner,
      ADMIN_TOKEN: adminToken,
      SECRET_KEYS: newKey(randomBytes),
      DATABASE_URL: await makePostgres(),
      DATA_DIR: folder,
      PORT: "0",
      POLL_SECONDS: "1",
      NIGHT_HOURS: "0-0",
      SWEEP_SECONDS: "2",
      PUBLIC_URL: publicUrl,
      CALDAV_ALLOW_HOSTS: calendar.host,
      MAIL_URL: `smtp://127.0.0.1:${post.port}`,
      MAIL_FROM: "calendar@example.org",
      MAIL_PER_HOUR: "10000",
    };
    nodes.push(...(await Promise.all([startNode(), startNode()])));
  });
  afterAll(async () => {
    for (const { service } of nodes) await service.stop();
    await waldur?.close();
    await calendar?.close();
    await post?.close();
    await rm(folder, { recursive: true });
  });

  async function startNode(): Promise<Node> {
    const service = startCommand(process.execPath, [program, "serve"], settings);
    const said = (): string => service.stdout() + service.stderr();
    const port = await until(() => /"event":"listening".*"port":(\d+)/.exec(service.stderr())?.[1], said);
    return { service, url: `http://127.0.0.1:${port}` };
  }

  /** Signs the provider's owner in, who is then told of requests, and mirrors the feed. */
  const connect = async ({ url }: Node): Promise<void> => {
    const client = makeFormClient(() => url);
    await client.submit(await client.send("/sign-in"), /sign-in/, { token: waldur.sample.tokens.providerOwner });
    const [feed] = JSON.parse((await runCli(["feeds", "list", "--json", "--server", url], operator)).stdout).feeds;
    const added = await runCli(
      [
        "targets",
        "add",
        "--feed",
        feed.id,
        "--url",
        `http://${calendar.host}/`,
        "--username",
        "alice",
        "--calendar",
        "Work",
        "--server",
        url,
      ],
      { ...operator, CALDAV_PASSWORD: "s3cret" },
    );
    expect(added).toMatchObject({ code: 0 });
  };
  const accept = async (node: Node | undefined, uuid: string): Promise<number> => {
    const headers = { Authorization: `Bearer ${adminToken}` };
    return (await fetch(`${node?.url}/api/v1/bookings/${uuid}/accept`, { method: "POST", headers })).status;
  };

  it(
    `of which one is killed ${kills} times: no revision falls, no ETag has other bytes, nothing is decided, written or sent twice, both end right`,
    { timeout: 600_000 + kills * 20_000 },
    async () => {
      const added = await runCli(
        ["feeds", "add", "--provider", waldur.sample.providerUuid, "--server", nodes[0]?.url ?? ""],
        operator,
      );
      if (nodes[0] !== undefined) await connect(nodes[0]);
      const path = new URL(added.stdout.trim()).pathname;
      const sql = openPostgres(settings["DATABASE_URL"] ?? "", { connections: 1, statementMilliseconds: 10_000 });
      const bodies = new Map<string, string>();
      let highest = 0;
      const poll = async (node: Node | undefined): Promise<string> => {
        const row = await sql.first("SELECT rev FROM feeds");
        expect(Number(row?.["rev"])).toBeGreaterThanOrEqual(highest);
        highest = Number(row?.["rev"]);
        const response = await fetch(`${node?.url}${path}`);
        const text = await response.text();
        expect(response.status).toBe(200);
        const tag = response.headers.get("ETag") ?? "";
        const hash = createHash("sha256").update(text).digest("hex");
        expect([tag, bodies.get(tag) ?? hash]).toEqual([tag, hash]);
        bodies.set(tag, hash);
        return text;
      };
      const decided: string[] = [];
      for (let killed = 0; killed < kills; killed += 1) {
        const [dying, living] = killed % 2 === 0 ? nodes : nodes.toReversed();
        const ask = () => waldur.sample.request({ name: `Asked-${killed}-` });
        let booking = ask();
        while (booking.offering.customer.uuid !== waldur.sample.providerUuid) booking = ask();
        waldur.sample.step();
        await until(
          async () => (await poll(living)).includes(`Asked-${killed}-`),
          () => living?.service.stderr() ?? "",
        );
        post.hold();
        // Every second time over a mail, if there is one.
        const end = Date.now() + (killed % 2) * 2000;
        await until(() => post.waiting.size > 0 || Date.now() > end);
        // Both at once, and one of the two dies over it.
        const answers = Promise.all([accept(living, booking.uuid), accept(dying, booking.uuid).catch(() => 0)]);
        await new Promise((resolve) => setTimeout(resolve, (killed * 37) % 200));
        dying?.service.child.kill("SIGKILL");
        await dying?.service.finished;
        // The mail server sees that a little later.
        await new Promise((resolve) => setTimeout(resolve, 50));
        post.release();
        // The three minutes are over for which leases of the dead are held; those of the living too, which must bear it.
        await sql.run("UPDATE leases SET until_at = 0");
        const [answer] = await answers;
        // 503: the one that dies decides just now.
        expect([200, 409, 503]).toContain(answer);
        decided.push(booking.uuid);
        // And the five of the mails that it had begun to send.
        await sql.run("UPDATE outbox SET due_at = 0 WHERE state = 'queued'");
        // And the hour in which somebody gets only so many.
        await sql.run(
          "UPDATE outbox SET created_at = created_at - 3600, ended_at = ended_at - 3600 WHERE state != 'queued'",
        );
        await poll(living);
        nodes[killed % 2] = await startNode();
      }
      await until(
        async () => {
          for (const uuid of decided) if (waldur.sample.find(uuid)?.state !== "OK") await accept(nodes[0], uuid);
          return decided.every((uuid) => waldur.sample.find(uuid)?.state === "OK");
        },
        () => nodes[0]?.service.stderr() ?? "",
      );
      const shows = async (node: Node | undefined): Promise<boolean> => {
        const events = readCalendar(await poll(node));
        return decided.every((uuid) =>
          [...events].some(([uid, event]) => uid.startsWith(uuid) && event.status === "CONFIRMED"),
        );
      };
      for (const node of nodes)
        await until(
          async () => shows(node),
          () => node.service.stderr(),
        );
      expect(await poll(nodes[0])).toBe(await poll(nodes[1]));
      const twice = await sql.all(
        "SELECT booking_uuid FROM decisions WHERE result = 'done' GROUP BY booking_uuid HAVING count(*) > 1",
      );
      expect(twice).toEqual([]);

      // The calendar is the feed and the event of somebody else.
      const uids = (text: string): string[] => [...readCalendar(text).keys()].toSorted();
      const mirrored = (): string[] =>
        [...calendar.caldav.bodies()].flatMap(([name, body]) =>
          name === "mine.ics" ? [] : [readObject(body)?.uid ?? name],
        );
      await until(
        async () => mirrored().length === uids(await poll(nodes[0])).length,
        () => `${mirrored().length} of ${[...bodies].length}`,
      );
      expect(new Set(mirrored()).size).toBe(mirrored().length);
      expect(calendar.caldav.bodies().get("mine.ics")).toBe(calendar.foreign);
      expect(calendar.caldav.unconditional).toEqual([]);
      expect(calendar.doubles()).toEqual([]);

      // Each mail came once, or once more where the answer was lost; no request is in two mails.
      await until(async () => {
        await sql.run("UPDATE outbox SET due_at = 0 WHERE state = 'queued' AND due_at > 0");
        return (await sql.all("SELECT id FROM outbox WHERE state = 'queued'")).length === 0;
      });
      const copies = new Map<string, string[]>();
      const told = new Map<string, Set<string>>();
      for (const { raw, session } of post.taken) {
        const { messageId = "", text = "" } = await PostalMime.parse(raw);
        copies.set(messageId, [...(copies.get(messageId) ?? []), session]);
        for (const [name] of text.matchAll(/Asked-\d+-/g)) told.set(name, (told.get(name) ?? new Set()).add(messageId));
      }
      for (const [id, [first = "", ...more]] of copies) {
        expect([id, more.length]).toEqual([id, post.lost.has(first) ? Math.min(more.length, 1) : 0]);
      }
      for (const [name, ids] of told) expect([name, ids.size]).toEqual([name, 1]);
      expect(told.size).toBeGreaterThan(0);
      const writes = calendar.caldav.requests.filter(({ method }) => method === "PUT").length;
      process.stdout.write(
        `${kills} kills: ${bodies.size} ETags, ${writes} writes to the calendar, ${copies.size} mails, ${post.lost.size} answers to them lost\n`,
      );
      await sql.close();
    },
  );
});
