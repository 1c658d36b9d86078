import { describe, expect, it } from "vitest";
import { isProofDue, listOwners } from "../../src/source/owners.ts";
import { orderReaders, type Reader } from "../../src/source/readers.ts";
import type { AccountRow } from "../../src/store/accounts/accounts.ts";
import { commonLoss } from "../../src/store/sources/readers.ts";

const t = 1_800_000_000;
const day = 86_400;

function account(id: string, change: Partial<AccountRow> = {}): AccountRow {
  return {
    id,
    kind: "person",
    token: "sealed",
    userUuid: id,
    username: id,
    fullName: id,
    email: "",
    isStaff: false,
    tokenLifetime: null,
    tokenExpiresAt: null,
    sessionNo: 0,
    endedSessions: [],
    refusedAt: null,
    zone: "",
    language: "",
    roles: [],
    askedAt: t,
    provenAt: t,
    ...change,
  };
}

function reader(id: string, change: Partial<AccountRow & Omit<Reader, "account">> = {}): Reader {
  const { lost = "", lostAt = null, readAt = null, ...rest } = change;
  return { account: account(id, rest), lost, lostAt, readAt };
}

const order = (...readers: Reader[]) => orderReaders(readers).map(({ account: { id } }) => id);

describe("the account that reads a list for all", () => {
  it.each<[string, Reader[], string[]]>([
    ["the operator's", [reader("a", { readAt: t }), reader("o", { kind: "operator" })], ["o", "a"]],
    ["else the one that read last", [reader("a", { readAt: t }), reader("b", { readAt: t + 1 })], ["b", "a"]],
    ["else the first by name, so that all runs agree", [reader("b"), reader("a")], ["a", "b"]],
    ["another than one whose token is refused", [reader("a", { refusedAt: t, readAt: t }), reader("b")], ["b"]],
    ["one whose token is refused, where there is no other", [reader("a", { refusedAt: t })], ["a"]],
    ["one of those alone", [reader("b", { refusedAt: t, readAt: 1 }), reader("a", { refusedAt: t })], ["b"]],
    ["none that lost its role", [reader("a", { lost: "role", lostAt: t }), reader("b")], ["b"]],
    ["none that is not active", [reader("a", { lost: "inactive", lostAt: t, kind: "operator" })], []],
    ["none that has not shown its role for long", [reader("a", { lost: "expired", refusedAt: t })], []],
    ["one that lost sight of a part", [reader("a", { lost: "part", lostAt: t })], ["a"]],
    ["nobody where nobody asks", [], []],
  ])("is %s", (_, readers, wanted) => {
    expect(order(...readers)).toEqual(wanted);
    expect(order(...readers.toReversed())).toEqual(wanted);
  });
});

describe("what all readers of a list have lost", () => {
  it.each([
    ["nothing while one reads it", [reader("a", { lost: "role", lostAt: t }), reader("b")], { lost: "", lostAt: null }],
    [
      "what the last one lost",
      [reader("a", { lost: "inactive", lostAt: t }), reader("b", { lost: "role", lostAt: t + 1 })],
      { lost: "role", lostAt: t + 1 },
    ],
    ["a part of it, for the one that reads", [reader("a", { lost: "part", lostAt: t })], { lost: "part", lostAt: t }],
    ["nothing where nobody asks", [], { lost: "", lostAt: null }],
  ] as const)("is %s", (_, readers, loss) => {
    expect(commonLoss(readers)).toEqual(loss);
  });
});

describe("Waldur is asked who an account is", () => {
  const config = { pollSeconds: 60, nightPollSeconds: 600, accessClearHours: 24 };
  const wait = (change: Partial<AccountRow>, ...losses: Reader[]): number => {
    const owner = { account: account("a", change), losses: losses.length === 0 ? [reader("a")] : losses };
    for (let seconds = 0; seconds < day; seconds += 1) if (isProofDue(config, owner, t + seconds)) return seconds;
    return Infinity;
  };

  it("hourly", () => expect(wait({})).toBe(3600));
  it("at once where it never was", () => expect(wait({ provenAt: null })).toBe(0));
  it("twice in the life of a token that dies unused", () => expect(wait({ tokenLifetime: 300 })).toBe(150));
  it("at least a second apart", () => expect(wait({ tokenLifetime: 1 })).toBe(1));
  it("hourly too while its token is refused", () => expect(wait({ refusedAt: t - day, provenAt: 0 })).toBe(3600));
  it("each minute while it has lost a list", () =>
    expect(wait({}, reader("a", { lost: "role", lostAt: t }), reader("a"))).toBe(60));
  it("and slowly once its feeds over that are cleared", () =>
    expect(wait({}, reader("a", { lost: "role", lostAt: t - day }))).toBe(600));
  it("hourly where only a part is out of its sight", () =>
    expect(wait({}, reader("a", { lost: "part", lostAt: t }))).toBe(3600));

  it("once for all of its lists", () => {
    const own = [reader("a"), reader("b"), reader("a", { lost: "role", lostAt: t })];
    const found = listOwners(own).map(({ account: { id }, losses }) => [id, losses.map(({ lost }) => lost)]);
    expect(found).toEqual([
      ["a", ["", "role"]],
      ["b", [""]],
    ]);
  });
});
