import * as v from "valibot";
import { logLevels } from "../../log.ts";
import {
  adminToken,
  databaseAddress,
  hookSecret,
  host,
  hostPort,
  keyRing,
  networkList,
  optional,
  publicAddress,
  secret,
  setting,
  visible,
  wholeSetting,
} from "../setting.ts";

/** Settings of the service: its operator, its database, where it listens and is reached, its keys and its log. */
export const service = {
  adminToken: optional(
    "ADMIN_TOKEN",
    adminToken,
    secret("What the operator shows to the API and to `--server`; without it the API is closed"),
  ),
  databaseUrl: optional(
    "DATABASE_URL",
    databaseAddress,
    secret("Address of a PostgreSQL database, on Node; without it the database is a file in `DATA_DIR`"),
  ),
  databaseConnections: setting(
    "DATABASE_CONNECTIONS",
    wholeSetting(1, 1000),
    "5",
    "Connections to that database that one process has open at once",
  ),
  hookSecret: optional(
    "HOOK_SECRET",
    hookSecret,
    secret(
      "Secret part of the address at which a web hook of Waldur tells that something changed; without it there is none",
    ),
  ),
  host: setting("HOST", host, "127.0.0.1", "Address the Node server listens on; 0.0.0.0 for all"),
  port: setting("PORT", wholeSetting(0, 65535), "8080", "Port the Node server listens on"),
  keepAliveSeconds: setting(
    "KEEP_ALIVE_SECONDS",
    wholeSetting(1, 3600),
    "65",
    "Seconds for which an idle connection stays open, on Node; longer than the proxy in front keeps its own",
  ),
  metricsListen: optional(
    "METRICS_LISTEN",
    hostPort,
    visible("Host and port of a listener of its own for `/metrics`, without a token, such as 127.0.0.1:9464, on Node"),
  ),
  trustedProxies: setting(
    "TRUSTED_PROXIES",
    networkList,
    "127.0.0.0/8,::1",
    "Addresses or networks of proxies in front, on Node, which say in `X-Forwarded-For` who asks; separated by commas",
  ),
  publicUrl: optional(
    "PUBLIC_URL",
    publicAddress,
    visible("Address under which subscribers reach this service; by default made of `HOST` and `PORT`"),
  ),
  dataDir: setting("DATA_DIR", v.string(), "./data", "Folder of the database and of the key, on Node"),
  secretKeys: optional(
    "SECRET_KEYS",
    keyRing,
    secret("Keys that seal what is stored, as `keygen` prints them; on Node one is made in `DATA_DIR` when missing"),
  ),
  logLevel: setting(
    "LOG_LEVEL",
    v.picklist(logLevels, `give one of ${logLevels.join(", ")}`),
    "info",
    "Least level that is logged: debug, info, warn or error",
  ),
};
