import { AppError } from "../../errors.ts";
import { isExcessiveJson, parseJson } from "../../lib/json.ts";
import type { PageContext } from "../env.ts";
import { readRequestText } from "../request/body.ts";

/** The JSON of a request's body; an empty one is an object without members. Throws `bad_input`, `too_large`. */
export async function readBody(c: PageContext): Promise<unknown> {
  const text = await readRequestText(c);
  if (text.trim() === "") return {};
  const value = parseJson(text);
  if (value === undefined) {
    const why = isExcessiveJson(text)
      ? "has too many lists and objects, or too many inside one another"
      : "is not JSON";
    throw new AppError("bad_input", `the body ${why}`);
  }
  return value;
}
