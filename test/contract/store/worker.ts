import type { D1Database } from "@cloudflare/workers-types";
import { openD1 } from "../../../src/store/sql/d1.ts";
import { answer } from "./wire.ts";

export default {
  async fetch(request: Request, env: { DB: D1Database }): Promise<Response> {
    return answer(openD1(env.DB), request);
  },
};
