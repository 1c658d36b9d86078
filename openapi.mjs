// `npm run openapi` writes docs/openapi.yaml from src/web/api/operations.ts and its schemas.
// `node openapi.mjs --check` writes nothing and exits with 1 when the file is stale.
import { readFile, writeFile } from "node:fs/promises";
import { toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import { Document, isScalar, visit } from "yaml";
import { components, operations } from "./src/web/api/operations.ts";
import { errorStatuses } from "./src/web/error-json.ts";

const file = new URL("docs/openapi.yaml", import.meta.url);

const options = {
  target: "draft-2020-12",
  // Changes of what was sent, and rules that JSON Schema has no word for; a pattern holds for what is left after them.
  ignoreActions: ["check", "readonly", "regex", "to_lower_case", "transform", "trim"],
  definitions: components,
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
};

/** Returns a JSON Schema with `anyOf` a type and null written as one type. */
function simplify(schema) {
  if (Array.isArray(schema)) return schema.map(simplify);
  if (schema === null || typeof schema !== "object") return schema;
  const {
    $schema: _,
    $defs: __,
    anyOf,
    ...rest
  } = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, simplify(value)]));
  if (anyOf === undefined) return rest;
  const [one, nothing] = anyOf;
  const joins = anyOf.length === 2 && nothing.type === "null" && typeof one.type === "string" && one.enum === undefined;
  return joins ? { ...one, type: [one.type, "null"], ...rest } : { anyOf, ...rest };
}

function describe(schema) {
  return simplify(toJsonSchema(schema, options));
}

function json(schema) {
  return { "application/json": { schema } };
}

const rights = {
  anyone: "",
  operator: "For the operator.",
  name: "For the owner of the feed, colleagues with the same role, and the operator.",
  content: "For the owner of the feed and the operator.",
  address: "For the owner of the feed.",
  change: "For the owner of the feed and the operator.",
  end: "For the owner of the feed, who may have lost the role since, and the operator.",
  takeOver: "For colleagues with the same role.",
};

function describeBody({ schema, required, notes }) {
  const { properties, ...rest } = describe(schema);
  for (const [name, description] of Object.entries(notes)) {
    if (properties[name] === undefined) throw new Error(`there is no member ${name}`);
    properties[name] = { ...properties[name], description };
  }
  return { required, content: json({ ...rest, properties }) };
}

function describeOperation({
  summary,
  description,
  right,
  query = {},
  body,
  status = 200,
  answer,
  response,
  errors,
  failure,
}) {
  const failed = describe(failure ?? components.Failure);
  const codes = body ? [...errors, "too_large"] : errors;
  const byStatus = Map.groupBy(codes, (code) => errorStatuses[code]);
  return {
    summary,
    description: [description, rights[right]].filter(Boolean).join(" ") || undefined,
    security: right === "operator" ? [{ operator: [] }] : undefined,
    parameters: Object.entries(query).map(([name, { schema, description, required }]) => ({
      name,
      in: "query",
      description,
      required,
      schema: describe(schema),
    })),
    requestBody: body && describeBody(body),
    responses: {
      [status]: {
        description: answer,
        content:
          response === "calendar" ? { "text/calendar": { schema: { type: "string" } } } : json(describe(response)),
      },
      ...Object.fromEntries(
        Array.from(byStatus, ([status, codes]) => [
          status,
          { description: codes.join(" or "), content: json(describe(components.Failure)) },
        ]),
      ),
      default: { description: "What went wrong", content: json(failed) },
    },
  };
}

const paths = {};
for (const { route, ...operation } of operations) {
  const [method, path] = route.split(" ");
  const parameters = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    $ref: `#/components/parameters/${name}`,
  }));
  paths[path] ??= parameters.length === 0 ? {} : { parameters };
  const { parameters: queried, ...rest } = describeOperation(operation);
  paths[path][method.toLowerCase()] = queried.length === 0 ? rest : { ...rest, parameters: queried };
}

const document = {
  openapi: "3.1.0",
  info: {
    title: "waldur-calendar",
    version: "1",
    description:
      "For the operator, who shows ADMIN_TOKEN, and for people, who show a token of the Waldur of the settings; cookies are ignored. People see and change what is theirs: feeds belong to the account that made them. Of feeds that colleagues with the same role in Waldur made they see name and state, and may take them over. Nobody but the account that made a feed is shown its address. Targets belong to the owner of their feed; colleagues see their name and state. A token is sent to that Waldur only, at most once a minute. After twenty wrong tokens from one network in ten minutes further wrong ones are answered late; a valid one never is. A person may make sixty requests in a row and then two a second, and twenty talks with CalDAV servers and then one each five seconds: what comes faster waits, and is answered 429 when too much waits. After twenty wrong passwords of CalDAV servers, or a hundred tries to decide that failed, the answer to one account is 429 until the ten minutes are over.",
  },
  servers: [{ url: "/api/v1" }],
  security: [{ operator: [] }, { person: [] }],
  paths,
  components: {
    securitySchemes: {
      operator: { type: "http", scheme: "bearer", description: "ADMIN_TOKEN" },
      person: { type: "http", scheme: "bearer", description: "A token of Waldur" },
    },
    parameters: {
      uuid: {
        name: "uuid",
        in: "path",
        required: true,
        description: "Of the provider's organisation, or of the booking",
        schema: { type: "string" },
      },
      user: {
        name: "user",
        in: "path",
        required: true,
        description: "The username in Waldur, or its uuid",
        schema: { type: "string" },
      },
      id: { name: "id", in: "path", required: true, schema: { type: "string" } },
    },
    schemas: simplify(toJsonSchemaDefs(components, options)),
  },
};

const yaml = new Document(document, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
visit(yaml, {
  Seq(_, node) {
    node.flow = node.items.length > 0 && node.items.every(isScalar);
  },
  Map(_, node) {
    node.flow =
      node.items.length < 3 && node.items.every(({ value }) => isScalar(value) && String(value.value).length < 40);
  },
});
yaml.commentBefore = " Generated by `npm run openapi` from src/web/api/operations.ts; do not edit.";
const text = yaml.toString({ lineWidth: 120 });

if (process.argv.includes("--check")) {
  if (text !== (await readFile(file, "utf8"))) {
    process.stderr.write("docs/openapi.yaml is stale: run `npm run openapi`\n");
    process.exitCode = 1;
  }
} else await writeFile(file, text);
