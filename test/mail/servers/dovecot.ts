import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "../../free-port.ts";
import { answers } from "./ports.ts";

/** The user `nobody` and the group `nogroup` on Debian. */
const nobody = "65534:65534";

/** Opens mailboxes of users with the password `secret` in a Dovecot of its own. With `lmtp` it takes mail for them, in any domain. */
export async function openDovecot(users: readonly string[] = ["mari"], { lmtp = false } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "dovecot-"));
  const [port, lmtpPort] = [await freePort(), await freePort()];
  const { username, uid, gid } = userInfo();
  const root = uid === 0;
  const group = (await promisify(execFile)("id", ["-gn"])).stdout.trim();
  // Dovecot neither greets clients as root nor opens root's mail.
  const [inner, login] = root ? ["dovecot", "dovenull"] : [username, username];
  await chmod(folder, 0o755);
  const mailOf = (user: string): string => join(folder, user, "mail");
  const lines = users.map((user) => `${user}:{PLAIN}secret:${root ? nobody : `${uid}:${gid}`}::${folder}/${user}\n`);
  for (const user of users) {
    for (const part of ["cur", "new", "tmp"]) await mkdir(join(mailOf(user), part), { recursive: true });
    if (root) await promisify(execFile)("chown", ["-R", "nobody:nogroup", join(folder, user)]);
  }
  await writeFile(join(folder, "users"), lines.join(""));
  await writeFile(
    join(folder, "dovecot.conf"),
    `protocols = imap${lmtp ? " lmtp" : ""}
base_dir = ${folder}/run
log_path = ${folder}/log
ssl = no
disable_plaintext_auth = no
first_valid_uid = 0
default_internal_user = ${inner}
default_internal_group = ${root ? inner : group}
default_login_user = ${login}
auth_username_format = %Ln
postmaster_address = postmaster@example.org
mail_location = maildir:~/mail
passdb {
  driver = passwd-file
  args = username_format=%n ${folder}/users
}
userdb {
  driver = passwd-file
  args = username_format=%n ${folder}/users
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
${lmtp ? lmtpService(lmtpPort) : ""}service anvil {
  chroot =
}
service stats {
  chroot =
}
`,
  );
  const server = spawn("dovecot", ["-F", "-c", join(folder, "dovecot.conf")], { stdio: "ignore" });
  const ended = once(server, "exit");
  for (const one of lmtp ? [port, lmtpPort] : [port]) {
    await answers(one, "Dovecot", () => readFile(join(folder, "log"), "utf8"));
  }
  const namesIn = async (user: string): Promise<string[]> => {
    const paths = ["cur", "new"].map(async (part) => {
      const names = await readdir(join(mailOf(user), part));
      return names.map((name) => join(mailOf(user), part, name));
    });
    const name = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
    return (await Promise.all(paths))
      .flat()
      .toSorted((a, b) => Number.parseInt(name(a), 10) - Number.parseInt(name(b), 10));
  };
  const [first = ""] = users;
  let n = 0;
  return {
    port,
    lmtpPort,
    address: (user = first): string => `imap://${user}:secret@127.0.0.1:${port}/INBOX`,
    /** Puts a mail into a mailbox as a mail server does. */
    async deliver(raw: string, user = first): Promise<void> {
      n += 1;
      await writeFile(join(mailOf(user), "tmp", `${n}.test`), raw);
      await rename(join(mailOf(user), "tmp", `${n}.test`), join(mailOf(user), "new", `${n}.test`));
    },
    /** The flags of all mails that somebody has looked at or counted, in order of delivery; "S": read. */
    async flags(user = first): Promise<string[]> {
      return (await namesIn(user)).map((name) => /:2,(\w*)$/.exec(name)?.[1] ?? "");
    },
    /** The mails in a mailbox, in order of delivery. */
    async mails(user = first): Promise<string[]> {
      return Promise.all((await namesIn(user)).map(async (name) => readFile(name, "utf8")));
    },
    async close(): Promise<void> {
      server.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function lmtpService(port: number): string {
  return `service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${port}
  }
}
`;
}
