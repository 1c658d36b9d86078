import type { D1Database } from "@cloudflare/workers-types";
import { openD1 } from "../../../src/store/sql/d1.ts";
import { answer } from "./wire.ts";

/** Answers for the database whose number is the query. */
export default {
  async fetch(request: Request, env: Readonly<Record<string, D1Database>>): Promise<Response> {
    const database = env[`DB${new URL(request.url).search.slice(1)}`];
    return database === undefined ? new Response(null, { status: 404 }) : answer(openD1(database), request);
  },
};
