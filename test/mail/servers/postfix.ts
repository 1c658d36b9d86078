import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { answers } from "./ports.ts";

const daemons = "/usr/lib/postfix/sbin";
/** The folders that master(8) expects in the queue directory, and their owner. */
const queues = "active bounce corrupt defer deferred flush hold incoming private saved trace".split(" ");

/** Services besides those that listen: name, type, private, unprivileged, chroot, wake-up, most, command. */
const services = `cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

/** A port on which a Postfix takes mail, with settings of its own. */
export interface PostfixPort {
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Starts a Postfix of its own, with files and ports apart from the machine's. Root alone may. */
export async function openPostfix(
  hostname: string,
  ports: readonly PostfixPort[],
  settings: Readonly<Record<string, string>>,
) {
  const folder = await mkdtemp(join(tmpdir(), "postfix-"));
  await chmod(folder, 0o755);
  const [etc, queue, data] = [join(folder, "etc"), join(folder, "queue"), join(folder, "data")];
  for (const path of [etc, data, ...queues.map((name) => join(queue, name))]) await mkdir(path, { recursive: true });
  for (const name of ["pid", "maildrop", "public"]) await mkdir(join(queue, name));
  const owned = [data, ...[...queues, "public", "maildrop"].map((name) => join(queue, name))];
  await promisify(execFile)("chown", ["postfix", ...owned]);
  const all = {
    compatibility_level: "3.6",
    queue_directory: queue,
    data_directory: data,
    daemon_directory: daemons,
    myhostname: hostname,
    mydestination: "",
    inet_interfaces: "127.0.0.1",
    inet_protocols: "ipv4",
    mynetworks: "127.0.0.0/8",
    maillog_file: join(folder, "log"),
    maillog_file_prefixes: folder,
    smtp_dns_support_level: "disabled",
    smtpd_client_restrictions: "",
    milter_default_action: "tempfail",
    in_flow_delay: "0",
    ...settings,
  };
  const main = Object.entries(all).map(([name, value]) => `${name} = ${value}\n`);
  await writeFile(join(etc, "main.cf"), main.join(""));
  const listening = ports.map(({ port, settings: own }) => {
    const options = Object.entries(own).map(([name, value]) => ` -o ${name}=${value}`);
    return `127.0.0.1:${port} inet n - n - - smtpd${options.join("")}\n`;
  });
  await writeFile(join(etc, "master.cf"), listening.join("") + services);
  const server = spawn(join(daemons, "master"), ["-c", etc, "-s"], { stdio: "ignore" });
  const ended = once(server, "exit");
  const log = async (): Promise<string> => readFile(join(folder, "log"), "utf8");
  for (const { port } of ports) await answers(port, hostname, log);
  return {
    log,
    async close(): Promise<void> {
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
