import * as v from "valibot";
import { readResponseText } from "../lib/body.ts";
import { parseJson } from "../lib/json.ts";
import { AppError, causeOf, readErrorCode } from "../errors.ts";
import { faultText } from "../fault-text.ts";
import type { Api, ApiOptions } from "./runtime.ts";

export type Query = readonly (readonly [name: string, value: string])[];

/** Calls of the JSON API. Each throws the error that the API tells, `waldur_unreachable` without an answer. */
export interface Client {
  /** The answer's JSON; null when it has no body. */
  readonly json: (method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown) => Promise<unknown>;
  readonly text: (path: string) => Promise<string>;
}

/** Most bytes of a server's answer; far more than the largest calendar has. */
const mostBytes = 64 * 1024 * 1024;

/** A client of the API; paths start behind `/api/v1`. */
export function makeClient(api: Api, { server, adminToken }: ApiOptions): Client {
  const send = async (method: string, path: string, accept: string, body?: unknown): Promise<Response> => {
    const headers = new Headers({ Accept: accept });
    if (adminToken !== null) headers.set("Authorization", `Bearer ${adminToken}`);
    if (body !== undefined) headers.set("Content-Type", "application/json");
    const request = new Request(`${server ?? "http://localhost"}/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      // A redirect would carry the token to where nobody meant it to go.
      redirect: "manual",
    });
    const answer = await answerOf(api, request, server);
    if (!answer.ok) throw await apiError(answer, server);
    return answer;
  };
  return {
    async json(method, path, body) {
      const answer = await send(method, path, "application/json", body);
      return readJson(await readLimited(answer, server), server);
    },
    async text(path) {
      return readLimited(await send("GET", path, "text/calendar"), server);
    },
  };
}

/** Returns a path with a query; names may repeat. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams(query.map(([name, value]) => [name, value]));
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

/** Returns an answer of the API in the shape of a schema. Throws `waldur_bad_answer` when it has another. */
export function readAnswer<S extends v.GenericSchema>(schema: S, answer: unknown): v.InferOutput<S> {
  const read = v.safeParse(schema, answer, { message: faultText });
  if (read.success) return read.output;
  const [issue] = read.issues;
  throw new AppError(
    "waldur_bad_answer",
    `the server's answer does not fit this version of the program, at ${v.getDotPath(issue) ?? "its top"}, which ${issue.message}`,
  );
}

async function answerOf(api: Api, request: Request, server: string | null): Promise<Response> {
  try {
    return await api.fetch(request);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("waldur_unreachable", `${server ?? "the program"} does not answer: ${causeOf(error)}`, {
      cause: error,
    });
  }
}

/** Reads an answer; one of the program itself may be as long as it likes. Throws `waldur_bad_answer` when a server's is too long. */
async function readLimited(answer: Response, server: string | null): Promise<string> {
  if (server === null) return answer.text();
  const text = await readResponseText(answer, mostBytes, new AbortController().signal);
  if (text !== null) return text;
  const message = `${server} answered with more than ${mostBytes} bytes, which this program does not do; is the address right?`;
  throw new AppError("waldur_bad_answer", message);
}

const errorAnswer = v.object({
  error: v.object({ code: v.string(), message: v.string(), requestId: v.optional(v.nullable(v.string()), null) }),
});

async function apiError(answer: Response, server: string | null): Promise<Error> {
  const where = server ?? "the program";
  const text = await readLimited(answer, server);
  const told = v.safeParse(errorAnswer, text === "" ? null : parseJson(text));
  if (!told.success) {
    const code = answer.status === 401 || answer.status === 403 ? "unauthorized" : "waldur_bad_answer";
    const message = `${where} answered ${answer.status}, and not as this program does; is the address right?`;
    return new AppError(code, message, { facts: { status: answer.status } });
  }
  const { code, message, requestId } = told.output.error;
  const said =
    requestId === null || answer.status < 500 ? message : `${message.replace(/\.$/, "")} (request ${requestId})`;
  const known = readErrorCode(code);
  return known === null ? new Error(said) : new AppError(known, said);
}

function readJson(text: string, server: string | null): unknown {
  if (text === "") return null;
  const value = parseJson(text);
  if (value === undefined) {
    throw new AppError("waldur_bad_answer", `${server ?? "the program"} answered something that is not JSON`);
  }
  return value;
}
