import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { apiRoutes } from "../../../src/web/api/routes.ts";

const methods = ["get", "post", "put", "patch", "delete"];
const paths = v.record(v.string(), v.record(v.string(), v.unknown()));
const page = v.object({ openapi: v.string(), paths, components: v.record(v.string(), paths) });

/** Throws where the page is no YAML, or says one thing twice. */
const told: unknown = parse(readFileSync(new URL("../../../docs/openapi.yaml", import.meta.url), "utf8"));

describe("docs/openapi.yaml", () => {
  it("is what `npm run openapi` makes of the schemas", async () => {
    const repository = join(import.meta.dirname, "../../..");
    const { stderr } = await promisify(execFile)(process.execPath, ["openapi.mjs", "--check"], {
      cwd: repository,
    }).catch((error: { stderr: string }) => error);
    expect(stderr).toBe("");
  });

  it("tells of each operation of the API, and of no other", () => {
    const served = apiRoutes()
      .routes.filter(({ method }) => method !== "ALL")
      .flatMap(({ method, path }) => {
        // A parameter that is one of few words is told as a path for each.
        const words = /:\w+\{([\w|]+)\}/.exec(path)?.[1]?.split("|") ?? [""];
        return words.map((word) => `${method} ${path.replace(/:\w+\{[^}]*\}/, word).replace(/:(\w+)/g, "{$1}")}`);
      });
    const operations = Object.entries(v.parse(page, told).paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((key) => methods.includes(key))
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.length).toBeGreaterThan(10);
    // A route with a guard of its own stands twice.
    expect(operations.toSorted()).toEqual([...new Set(served)].toSorted());
  });

  it("refers to nothing that is not there, and has nothing that is not referred to", () => {
    const { components } = v.parse(page, told);
    const there = Object.entries(components)
      .filter(([kind]) => kind !== "securitySchemes")
      .flatMap(([kind, parts]) => Object.keys(parts).map((name) => `#/components/${kind}/${name}`));
    const meant = Array.from(JSON.stringify(told).matchAll(/"\$ref":"([^"]+)"/g), ([, ref = ""]) => ref);
    expect([...new Set(meant)].toSorted()).toEqual(there.toSorted());
  });
});
