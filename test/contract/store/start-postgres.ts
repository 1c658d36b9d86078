import { findPostgres, startPostgres } from "./postgres-server.ts";

/** Starts a server, says where its database is, and stays until it is killed. */
const server = await startPostgres(findPostgres() ?? "");
process.stdout.write(await server.makeDatabase());
setInterval(() => undefined, 60_000);
