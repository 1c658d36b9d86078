import { answerCall } from "./bench.ts";

export default {
  fetch: async (request: Request): Promise<Response> => answerCall(request, async (asked) => fetch(asked)),
};
