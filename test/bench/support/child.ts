import { fork } from "node:child_process";
import * as v from "valibot";

/** Another process of this program, and the one message it sent. */
export interface Child<T> {
  readonly message: T;
  stop(): Promise<void>;
}

/** Starts this program again in that role and waits for its message. Its standard error is discarded. */
export async function startChild<const S extends v.GenericSchema>(
  schema: S,
  role: string,
  ...args: readonly string[]
): Promise<Child<v.InferOutput<S>>> {
  const child = fork(import.meta.filename, [role, ...args], {
    // As `npm start` has it.
    execArgv: ["--max-semi-space-size=4", "--heap-growing-percent=20"],
    stdio: ["ignore", "inherit", "ignore", "ipc"],
  });
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  const message = await new Promise<unknown>((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the process "${role}" ended with ${code} before it said anything`)));
  });
  return {
    message: v.parse(schema, message),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Sends a message to the process that started this one. */
export function tell(message: object): void {
  process.send?.(message);
}
