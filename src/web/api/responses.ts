// The JSON that the API answers with, said once: the handlers are typed by these schemas, the command line parses with
// them, and docs/openapi.yaml is generated from them. Handlers import types alone, so the Worker carries none of it.

export * from "./responses/bookings.ts";
export * from "./responses/decisions.ts";
export * from "./responses/feeds.ts";
export * from "./responses/people.ts";
export * from "./responses/runs.ts";
export * from "./responses/service.ts";
export * from "./responses/targets.ts";
export { failure } from "./responses/shape.ts";
