import { AppError } from "../../errors.ts";
import { parseJson } from "../../json.ts";
import type { PageContext } from "../env.ts";
import { readRequestText } from "../request-body.ts";

/** The JSON of a request's body; an empty one is an object without members. Throws `bad_input`, `too_large`. */
export async function readBody(c: PageContext): Promise<unknown> {
  const text = await readRequestText(c);
  if (text.trim() === "") return {};
  const value = parseJson(text);
  if (value === undefined) throw new AppError("bad_input", "the body is not JSON");
  return value;
}
