import { createDecipheriv, createECDH, createPublicKey, hkdfSync, verify } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import * as v from "valibot";

/** A program that gets messages: its keys (RFC 8291 2), made by Node's own crypto. */
export function makeReceiver(privateKey?: Buffer, authSecret: Buffer = Buffer.alloc(16, 7)) {
  const pair = createECDH("prime256v1");
  if (privateKey === undefined) pair.generateKeys();
  else pair.setPrivateKey(privateKey);
  const publicKey = pair.getPublicKey();
  const derive = (key: Buffer, salt: Buffer, info: Buffer, length: number): Buffer =>
    Buffer.from(hkdfSync("sha256", key, salt, info, length));
  return {
    publicKey: publicKey.toString("base64url"),
    authSecret: authSecret.toString("base64url"),
    /** Decrypts a body of one record (RFC 8188 2, RFC 8291 3). Throws for any other. */
    decrypt: (body: Buffer): string => {
      const salt = body.subarray(0, 16);
      const sender = body.subarray(21, 21 + body.readUInt8(20));
      const record = body.subarray(21 + sender.length);
      const info = Buffer.concat([Buffer.from("WebPush: info\0"), publicKey, sender]);
      const key = derive(pair.computeSecret(sender), authSecret, info, 32);
      const contentKey = derive(key, salt, Buffer.from("Content-Encoding: aes128gcm\0"), 16);
      const nonce = derive(key, salt, Buffer.from("Content-Encoding: nonce\0"), 12);
      const cipher = createDecipheriv("aes-128-gcm", contentKey, nonce);
      cipher.setAuthTag(record.subarray(-16));
      const plain = Buffer.concat([cipher.update(record.subarray(0, -16)), cipher.final()]);
      const end = plain.lastIndexOf(2);
      return plain.subarray(0, end).toString();
    },
  };
}

export type Receiver = ReturnType<typeof makeReceiver>;

const claimsSchema = v.object({ aud: v.string(), exp: v.number(), sub: v.string() });

/** Verifies the Authorization of a message (RFC 8292): returns its claims, and the key that signed. Throws for a wrong one. */
export function readVapid(field: string) {
  const [, token = "", key = ""] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(field) ?? [];
  const [head = "", claims = "", signature = ""] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const [x, y] = [point.toString("base64url", 1, 33), point.toString("base64url", 33)];
  const publicKey = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const signed = verify(
    "sha256",
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!signed) throw new Error("the signature is wrong");
  return { ...v.parse(claimsSchema, JSON.parse(Buffer.from(claims, "base64url").toString())), key };
}

/** A message as it came. */
export interface Pushed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A push service on this machine, which keeps what it gets. `answer` says with which status, and which fields. */
export async function servePush() {
  const got: Pushed[] = [];
  let answer: (path: string) => { readonly status: number; readonly headers?: Record<string, string> } = () => ({
    status: 201,
  });
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const path = request.url ?? "";
      got.push({ path, headers: request.headers, body: Buffer.concat(parts) });
      const { status, headers = {} } = answer(path);
      response.writeHead(status, headers).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const host = `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return {
    host,
    url: `http://${host}`,
    /** Returns what came since the last call. */
    got: (): Pushed[] => got.splice(0),
    answerWith(how: typeof answer): void {
      answer = how;
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export type PushService = Awaited<ReturnType<typeof servePush>>;
