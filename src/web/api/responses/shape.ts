import * as v from "valibot";

export const time = v.pipe(v.string(), v.isoTimestamp());

export const timeOrNull = v.nullable(time);

export const textOrNull = v.nullable(v.string());

export const whole = v.pipe(v.number(), v.integer());

export const wholeOrNull = v.nullable(whole);

export const standing = v.picklist(["owner", "operator", "colleague", "former", "none"]);

export function list<const S extends v.GenericSchema>(item: S) {
  return v.pipe(v.array(item), v.readonly());
}

export function describe<const S extends v.GenericSchema>(schema: S, text: string) {
  return v.pipe(schema, v.description<v.InferOutput<S>, string>(text));
}

export const failure = v.object({
  error: v.object({
    code: v.string(),
    message: v.string(),
    requestId: v.optional(v.string()),
  }),
});
