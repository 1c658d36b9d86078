import { expect, it } from "vitest";
import { encryptMessage } from "../../src/push/message.ts";
import { makeReceiver } from "./push-service.ts";

it("the receiver of these tests reads the example of RFC 8291 5", () => {
  const { publicKey, authSecret, decrypt } = makeReceiver(
    Buffer.from("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "base64url"),
    Buffer.from("BTBZMqHH6r4Tts7J_aSIgg", "base64url"),
  );
  expect([publicKey, authSecret]).toEqual([
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "BTBZMqHH6r4Tts7J_aSIgg",
  ]);
  const example =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
  expect(decrypt(Buffer.from(example, "base64url"))).toBe("When I grow up, I want to be a watermelon");
});

it("a message is encrypted for its receiver alone, each time anew", async () => {
  const { decrypt, ...keys } = makeReceiver();
  const receiver = { resource: "https://push.example/x", ...keys };
  const bodies = [await encryptMessage(receiver, "õ"), await encryptMessage(receiver, "õ")].map((one) =>
    Buffer.from(one),
  );
  expect(bodies.map(decrypt)).toEqual(["õ", "õ"]);
  expect(bodies[0]?.equals(bodies[1] ?? Buffer.of())).toBe(false);
  expect(() => makeReceiver().decrypt(bodies[0] ?? Buffer.of())).toThrow("authenticate");
});
