import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { option, readArguments, repeatable, toggle } from "../../src/cli/args.ts";

const json = toggle("json", "");
const name = option("name", "TEXT", "");
const state = repeatable("state", "STATE", "");
const pageSize = option("page_size", "NUMBER", "");
const options = [json, name, state, pageSize];

describe("readArguments", () => {
  it("reads options in both spellings, switches and operands", () => {
    const args = readArguments(
      ["--name", "a b", "x", "--json", "--state=OK", "--state", "Erred", "--page-size=5"],
      options,
      ["ID"],
    );
    expect(args.value(name)).toBe("a b");
    expect(args.values(state)).toEqual(["OK", "Erred"]);
    expect(args.value(pageSize)).toBe("5");
    expect(args.has(json)).toBe(true);
    expect(args.operands).toEqual(["x"]);
  });

  it("tells what was not given from what was given empty", () => {
    const args = readArguments(["--name="], options);
    expect([args.value(name), args.value(pageSize), args.has(json)]).toEqual(["", null, false]);
  });

  it("takes -1 and -created as values, and all after -- as it stands", () => {
    expect(readArguments(["--name", "-created"], options).value(name)).toBe("-created");
    expect(readArguments(["--", "--json"], options, ["ID"]).operands).toEqual(["--json"]);
  });

  it.each([
    [["--nmae", "x"], "there is no option --nmae; did you mean --name?"],
    [["--page-sizes=3"], "there is no option --page-sizes; did you mean --page-size?"],
    [["--quite-something-else"], "there is no option --quite-something-else"],
    [["-x"], "there is no option -x"],
    [["-name", "x"], "there is no option -name; did you mean --name?"],
    [["--no-json"], "there is no option --no-json; did you mean --json?"],
    [["--__proto__=x"], "there is no option --__proto__"],
    [["--name"], "--name needs a value: TEXT"],
    [["--name", "--json"], "--name needs a value: TEXT"],
    [["--json=yes"], "--json takes no value"],
    [["--name=a", "--name=b"], "--name is given twice"],
    [["stray"], '"stray" is not expected here'],
  ])("refuses %j", (words, message) => {
    expect(() => readArguments(words, options)).toThrow(expect.objectContaining({ code: "bad_input", message }));
  });

  it("misses an operand by its name", () => {
    expect(() => readArguments([], options, ["ID"])).toThrow("ID is missing");
  });

  it("gives back any value that is given with =", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        expect(
          readArguments(
            texts.map((text) => `--state=${text}`),
            options,
          ).values(state),
        ).toEqual(texts);
      }),
    );
  });
});
