import * as v from "valibot";
import { AppError, messageOf } from "../../../src/errors.ts";
import type { Sql, SqlValue } from "../../../src/store/sql/port.ts";

const value = v.union([v.string(), v.number(), v.null()]);
const parameters = v.array(value);
const row = v.record(v.string(), value);

const joined = v.object({ text: v.string(), rows: v.number() });

const call = v.variant("method", [
  v.object({ method: v.literal("all"), sql: v.string(), parameters }),
  v.object({ method: v.literal("join"), sql: v.string(), parameters }),
  v.object({ method: v.literal("first"), sql: v.string(), parameters }),
  v.object({ method: v.literal("run"), sql: v.string(), parameters }),
  v.object({ method: v.literal("batch"), statements: v.array(v.object({ sql: v.string(), parameters })) }),
]);
type Call = v.InferOutput<typeof call>;

const fact = v.union([v.string(), v.number(), v.boolean()]);
const failure = v.object({
  failed: v.object({ ours: v.boolean(), message: v.string(), cause: v.string(), facts: v.record(v.string(), fact) }),
});

const numbered = v.object({ id: v.number() });

/** Does to a database what a message of `remoteSql` asks, and resolves to the message with the result or the error. */
export async function answer(sql: Sql, message: string): Promise<string> {
  const asked = v.parse(v.intersect([numbered, call]), JSON.parse(message));
  const { id } = asked;
  try {
    return JSON.stringify({ id, value: await perform(sql, asked) });
  } catch (error) {
    const ours = error instanceof AppError && error.code === "store_failed";
    const cause = error instanceof Error ? messageOf(error.cause) : "";
    const facts = error instanceof AppError ? error.facts : {};
    return JSON.stringify({ id, failed: { ours, message: messageOf(error), cause, facts } });
  }
}

async function perform(sql: Sql, asked: Call): Promise<unknown> {
  switch (asked.method) {
    case "all":
      return sql.all(asked.sql, ...asked.parameters);
    case "join": {
      const { bytes, rows } = await sql.join(asked.sql, ...asked.parameters);
      return { text: new TextDecoder().decode(bytes), rows };
    }
    case "first":
      return sql.first(asked.sql, ...asked.parameters);
    case "run":
      return sql.run(asked.sql, ...asked.parameters);
    case "batch":
      return sql.batch(asked.statements);
  }
}

/** The port to a database behind `answer`, at the other end of a WebSocket. */
export function remoteSql(socket: WebSocket): Sql & { close(): void } {
  const waiting = new Map<number, (told: unknown) => void>();
  socket.addEventListener("message", ({ data }) => {
    const told: unknown = JSON.parse(String(data));
    const { id } = v.parse(numbered, told);
    waiting.get(id)?.(told);
    waiting.delete(id);
  });
  let asked = 0;
  const ask = async <T extends v.GenericSchema>(what: Call, result: T): Promise<v.InferOutput<T>> => {
    const id = (asked += 1);
    const told = await new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, ...what }));
    });
    if (!v.is(failure, told)) return v.parse(v.object({ value: result }), told).value;
    const { ours, message, cause, facts } = told.failed;
    if (!ours) throw new Error(`the driver threw something of its own: ${message}`);
    throw new AppError("store_failed", message, { cause: new Error(cause), facts });
  };
  return {
    all: async (sql: string, ...given: SqlValue[]) => ask({ method: "all", sql, parameters: given }, v.array(row)),
    join: async (sql: string, ...given: SqlValue[]) => {
      const { text, rows } = await ask({ method: "join", sql, parameters: given }, joined);
      return { bytes: new TextEncoder().encode(text), rows };
    },
    first: async (sql: string, ...given: SqlValue[]) =>
      ask({ method: "first", sql, parameters: given }, v.nullable(row)),
    run: async (sql: string, ...given: SqlValue[]) => ask({ method: "run", sql, parameters: given }, v.number()),
    batch: async (statements) =>
      ask(
        {
          method: "batch",
          statements: statements.map((one) => ({ sql: one.sql, parameters: [...one.parameters] })),
        },
        v.array(v.number()),
      ),
    close: () => socket.close(),
  };
}
