import { listen } from "../../src/node/open.ts";
import { user } from "../dav-server/programs.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { tell } from "./support/child.ts";

/** Serves the tests' CalDAV server over HTTP, and sends its port to the parent. */
export async function serveCaldav(): Promise<void> {
  const caldav = makeCaldav({ now: Date.now, user: { name: user.username, password: user.password, token: "none" } });
  const { port } = await listen(
    async (request) => {
      const response = await caldav.fetch(request);
      caldav.requests.length = 0;
      return response;
    },
    { host: "127.0.0.1", port: 0 },
  );
  tell({ port });
}
