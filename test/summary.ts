import type { Reporter, TestModule } from "vitest/node";

/** Writes which tests were skipped, then the counts as the last line: `N passed, N failed`. */
export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = suites.filter((suite) => suite.errors().length > 0).length + errors.length;
    const skipped = tests.filter((test) => test.result().state === "skipped");
    for (const test of skipped) process.stdout.write(`skipped: ${test.fullName}\n`);
    process.stdout.write(`${count("passed")} passed, ${count("failed") + broken} failed\n`);
  }
}
