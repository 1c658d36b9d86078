import fc from "fast-check";
import type { Deps } from "../../src/deps.ts";
import type { MailTransport } from "../../src/mail/transport.ts";
import { aroundCalls } from "../../src/store/sql/around.ts";

/** A process: it dies at its n-th call of the outside, before or after the call took place; 0: it lives. */
interface Process {
  readonly diesAt: number;
  readonly after: boolean;
  /** Turns that each of its calls waits for, in turn: how two processes interleave. */
  readonly turns: readonly number[];
}

const process: fc.Arbitrary<Process> = fc.record({
  diesAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 14 })),
  after: fc.boolean(),
  turns: fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 }),
});

/** A step of a schedule: processes run beside each other, or time passes. */
export type Step =
  | { readonly kind: "run"; readonly processes: readonly Process[] }
  | { readonly kind: "wait"; readonly seconds: number };

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("run" as const), processes: fc.array(process, { minLength: 1, maxLength: 2 }) }),
    fc.record({ kind: fc.constant("wait" as const), seconds: fc.constantFrom(30, 120, 301, 4000) }),
  ),
  { maxLength: 10 },
);

/** Runs work in a process; resolves when it ends or dies. What a dead process had begun goes on without it, and is heard by nobody. */
export async function live(deps: Deps, { diesAt, after, turns }: Process, work: (deps: Deps) => Promise<unknown>) {
  let calls = 0;
  const death = Promise.withResolvers<void>();
  const around = async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1;
    const own = calls;
    for (let turn = turns[own % turns.length] ?? 0; turn > 0; turn -= 1) await Promise.resolve();
    if (diesAt !== 0 && own >= diesAt) {
      if (own === diesAt && after) await call();
      death.resolve();
      return new Promise<never>(() => undefined);
    }
    return call();
  };
  const { mail } = deps;
  const transport: MailTransport | null = mail && {
    send: async (...message) => around(async () => mail.send(...message)),
  };
  const outside: Deps["outside"] = async (request) => around(async () => deps.outside(request));
  await Promise.race([work({ ...deps, sql: aroundCalls(deps.sql, around), mail: transport, outside }), death.promise]);
}
