import { beforeEach, describe, expect, it } from "vitest";
import {
  addAppPassword,
  countAppPasswords,
  deleteAppPassword,
  findAppPassword,
  listAppPasswords,
  noteAppPasswordUse,
} from "../../../src/store/accounts/app-passwords.ts";
import { countTries, countTry, forgetTries, readTries } from "../../../src/store/accounts/attempts.ts";
import { forgetPrograms } from "../../../src/store/accounts/people.ts";
import { insertRow, makeFeed, startAnew, t } from "../../rows.ts";
import { engines, openForTests } from "./engines.ts";

describe.each(engines)("app passwords over $engine", ({ open }) => {
  const { sql } = openForTests(open);
  const ids = async () => (await listAppPasswords(sql, ["a", "b"])).map(({ id }) => id);

  beforeEach(async () => {
    await startAnew(sql);
    await makeFeed(sql, "f");
    for (const [index, id] of ["phone", "laptop"].entries()) {
      await addAppPassword(sql, { id, accountId: "a", name: id, hash: `hash of ${id}`, createdAt: t + index });
    }
  });

  it("are found by hash, and listed newest first with who used them last", async () => {
    await noteAppPasswordUse(sql, { id: "phone", accountId: "a" }, "DAVx5", t + 9);
    expect(await listAppPasswords(sql, ["a"])).toMatchObject([
      { id: "laptop", usedAt: null, client: "" },
      { id: "phone", usedAt: t + 9, client: "DAVx5" },
    ]);
    expect(await sql.first("SELECT seen_at FROM accounts WHERE id = 'a'")).toEqual({ seen_at: t + 9 });
    expect(await findAppPassword(sql, "hash of phone")).toMatchObject({ id: "phone", accountId: "a" });
    expect(await findAppPassword(sql, "another hash")).toBeNull();
    expect([await countAppPasswords(sql, ["a", "b"]), await countAppPasswords(sql, ["b"])]).toEqual([2, 0]);
  });

  it("are deleted by their own person alone", async () => {
    expect(await deleteAppPassword(sql, ["b"], "phone")).toBe(false);
    expect(await deleteAppPassword(sql, ["a", "b"], "phone")).toBe(true);
    expect(await ids()).toEqual(["laptop"]);
  });

  it("go with their person, and so does what is kept for their programs", async () => {
    await sql.batch([
      insertRow("calendar_choices", { feed_id: "f", account_id: "a", colour: "#ff0000" }),
      insertRow("refused_writes", {
        feed_id: "f",
        account_id: "a",
        changed_at: t,
        name: "n",
        word: "",
        until_at: null,
      }),
      ...forgetPrograms(["b"]),
    ]);
    expect(await ids()).toEqual(["laptop", "phone"]);
    await sql.batch(forgetPrograms(["a"]));
    expect(await ids()).toEqual([]);
    for (const table of ["calendar_choices", "refused_writes"]) {
      expect(await sql.all(`SELECT * FROM ${table}`)).toEqual([]);
    }
  });
});

describe.each(engines)("tries over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  it("are counted by name and stretch of time, and forgotten with it", async () => {
    expect([await countTry(sql, "a", t), await countTries(sql, "a", t, 4)]).toEqual([1, 5]);
    expect(await countTries(sql, "a", t + 60, 2)).toBe(2);
    await forgetTries(sql, t + 1, t + 600);
    expect([await readTries(sql, "a", t), await readTries(sql, "a", t + 60)]).toEqual([0, 2]);
  });
});
