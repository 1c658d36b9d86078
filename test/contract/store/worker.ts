import type * as workerd from "@cloudflare/workers-types";
import { openD1 } from "../../../src/store/sql/d1.ts";
import { answer } from "./wire.ts";

declare const Response: typeof workerd.Response;
declare const WebSocketPair: typeof workerd.WebSocketPair;

/** Answers over a WebSocket, which is faster here than a request for each statement, for the database whose number is the query. */
export default {
  async fetch(request: Request, env: Readonly<Record<string, workerd.D1Database>>): Promise<workerd.Response> {
    const database = env[`DB${new URL(request.url).search.slice(1)}`];
    if (database === undefined) return new Response(null, { status: 404 });
    const { 0: theirs, 1: ours } = new WebSocketPair();
    ours.accept();
    ours.addEventListener("message", ({ data }) => {
      void answer(openD1(database), String(data)).then((text) => ours.send(text));
    });
    return new Response(null, { status: 101, webSocket: theirs });
  },
};
