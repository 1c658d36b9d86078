import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import { parseJson } from "../../json.ts";

/** The JSON of a request's body; an empty one is an object without members. Throws `bad_input`. */
export async function readBody(c: Context): Promise<unknown> {
  const text = await c.req.text();
  if (text.trim() === "") return {};
  const value = parseJson(text);
  if (value === undefined) throw new AppError("bad_input", "the body is not JSON");
  return value;
}
