import { describe, expect, it } from "vitest";
import { shortAddress } from "../../../src/web/request/address.ts";

describe("a client's address, shortened", () => {
  it.each([
    ["192.0.2.77", "192.0.2.0"],
    ["::ffff:192.0.2.77", "192.0.2.0"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::"],
    ["2001:DB8::1", "2001:db8:0::"],
    ["::1", "0:0:0::"],
    ["fe80::1%eth0", ""],
    ["", ""],
    ["unknown", ""],
    ["<script>", ""],
  ])("%s is %s", (address, short) => expect(shortAddress(address)).toBe(short));
});
