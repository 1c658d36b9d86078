import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../free-port.ts";
import { answers } from "./ports.ts";

/**
 * Starts two OpenDKIM filters: one signs what comes from a domain, the other verifies under a name and, as docs/mail.md has it, takes
 * fields of that name out of what comes in and always writes its own.
 */
export async function openDkimFilters(domain: string, authservId: string) {
  const folder = await mkdtemp(join(tmpdir(), "opendkim-"));
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  await writeFile(join(folder, "key.pem"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  await writeFile(join(folder, "keys"), `k1._domainkey.${domain} v=DKIM1; k=rsa; p=${key}\n`);
  const start = async (name: string, settings: Readonly<Record<string, string>>) => {
    const port = await freePort();
    // Everybody may write to the folder of temporary files.
    const all = {
      Background: "no",
      Syslog: "no",
      RequireSafeKeys: "no",
      Socket: `inet:${port}@127.0.0.1`,
      ...settings,
    };
    const file = join(folder, `${name}.conf`);
    await writeFile(
      file,
      Object.entries(all)
        .map(([setting, value]) => `${setting} ${value}\n`)
        .join(""),
    );
    const server = spawn("opendkim", ["-f", "-x", file], { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(server, "exit");
    let said = "";
    server.stderr.on("data", (text: Buffer) => (said += text.toString()));
    await answers(port, `OpenDKIM (${name})`, async () => said, "connect");
    return { port, close: async () => void (server.kill("SIGKILL"), await ended) };
  };
  const signer = await start("sign", { Mode: "s", Domain: domain, Selector: "k1", KeyFile: join(folder, "key.pem") });
  const verifier = await start("verify", {
    Mode: "v",
    AuthservID: authservId,
    AlwaysAddARHeader: "yes",
    RemoveARAll: "yes",
    RemoveARFrom: authservId,
    TestPublicKeys: join(folder, "keys"),
    // What comes from this machine is as what comes from another one.
    InternalHosts: "192.0.2.1",
  });
  return {
    signer: signer.port,
    verifier: verifier.port,
    async close(): Promise<void> {
      await signer.close();
      await verifier.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
