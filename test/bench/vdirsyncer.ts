import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { hashObject, uidToName, objectUid, writeObject } from "../../src/mirror/remote-object.ts";
import { user } from "../dav-server/programs.ts";
import { realTarget } from "../mirror/real-target.ts";
import { targetId, veventOf } from "../mirror/push-world.ts";
import { makeFolder } from "./support/folder.ts";
import { titles } from "./support/mirrored.ts";

const run = promisify(execFile);

/** Measures vdirsyncer at the same work: seconds of the first sync, requests of one with ten changed events. */
export async function vdirsyncer(url: string, count: number): Promise<{ seconds: number; requests: number }> {
  await using made = await makeFolder();
  const folder = made.path;
  const target = await realTarget(url, { name: "Theirs" });
  const counter = await countingProxy(url);
  try {
    await mkdir(join(folder, "local"));
    const write = async (all: ReadonlyMap<string, string>): Promise<void> => {
      for (const [uid, summary] of all) {
        const own = objectUid(uid, targetId, 1);
        const body = writeObject(veventOf(uid, { summary }), own, { installation: "bench", targetId });
        const path = join(folder, "local", uidToName(own));
        const old = await readFile(path, "utf8").catch(() => "");
        if (hashObject(old) !== hashObject(body)) await writeFile(path, body);
      }
    };
    const configure = async (at: string): Promise<void> =>
      writeFile(
        join(folder, "config"),
        [
          "[general]",
          `status_path = "${join(folder, "status")}"`,
          "[pair bench]",
          'a = "local"',
          'b = "remote"',
          "collections = null",
          "[storage local]",
          'type = "filesystem"',
          `path = "${join(folder, "local")}"`,
          'fileext = ".ics"',
          "[storage remote]",
          'type = "caldav"',
          `url = "${at}"`,
          `username = "${user.username}"`,
          `password = "${user.password}"`,
          "",
        ].join("\n"),
      );
    const call = async (...args: string[]): Promise<unknown> =>
      run("vdirsyncer", ["-c", join(folder, "config"), ...args], { maxBuffer: 100_000_000 });
    await write(titles(count));
    await configure(target.calendarUrl);
    await call("discover", "bench");
    const begun = performance.now();
    await call("sync", "bench");
    const seconds = (performance.now() - begun) / 1000;
    await configure(target.calendarUrl.replace(url, counter.url));
    await call("discover", "bench");
    await call("sync", "bench");
    await write(titles(count, 1, 10));
    counter.take();
    await call("sync", "bench");
    return { seconds, requests: counter.take() };
  } finally {
    await counter.close();
    await target.close();
  }
}

/** Starts a proxy that counts the requests it passes on. */
async function countingProxy(url: string): Promise<{ url: string; take: () => number; close: () => Promise<void> }> {
  let count = 0;
  const { hostname, port } = new URL(url);
  const server = createServer((incoming, outgoing) => {
    count += 1;
    const { method, headers, url: path } = incoming;
    const onward = httpRequest(
      { hostname, port, method, path, headers: { ...headers, host: `${hostname}:${port}` } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    take: () => {
      const counted = count;
      count = 0;
      return counted;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
