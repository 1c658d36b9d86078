import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { apiRoutes } from "../../src/web/api.ts";

describe("docs/openapi.yaml", () => {
  it("tells of each operation of the API, and of no other", () => {
    const served = apiRoutes()
      .routes.filter(({ method }) => method !== "ALL")
      .flatMap(({ method, path }) => {
        // A parameter that is one of few words is told as a path for each.
        const words = /:\w+\{([\w|]+)\}/.exec(path)?.[1]?.split("|") ?? [""];
        return words.map((word) => `${method} ${path.replace(/:\w+\{[^}]*\}/, word).replace(/:(\w+)/g, "{$1}")}`);
      });
    const told: string[] = [];
    let path = "";
    const page = readFileSync(new URL("../../docs/openapi.yaml", import.meta.url), "utf8");
    for (const line of (page.split("\npaths:\n")[1] ?? "").split(/\n(?=\w)/)[0]?.split("\n") ?? []) {
      path = /^ {2}(\/.*):$/.exec(line)?.[1] ?? path;
      const method = /^ {4}(get|post|put|patch|delete):$/.exec(line)?.[1];
      if (method !== undefined) told.push(`${method.toUpperCase()} ${path}`);
    }
    expect(told.length).toBeGreaterThan(10);
    // A route with a guard of its own stands twice.
    expect(told.toSorted()).toEqual([...new Set(served)].toSorted());
  });
});
