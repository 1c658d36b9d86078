import * as v from "valibot";
import type { Deps } from "../deps.ts";
import { AppError, type ErrorCode } from "../errors.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import {
  type AnonymousTransport,
  exchangeCode,
  isWaldur,
  listLogins,
  loginUrl,
  readSiteAnonymously,
} from "../waldur/login.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import { slowWrongToken } from "./tries.ts";

const schema = v.object({
  /** Epoch seconds. */
  at: v.number(),
  name: v.string(),
  colour: v.nullable(v.string()),
  /** Ends in a slash; absent in what an older version kept. */
  homeport: v.optional(v.nullable(v.string()), null),
  logins: v.array(v.object({ provider: v.string(), label: v.string() })),
});

/** The Waldur as pages show it to everybody. */
export type CachedSite = v.InferOutput<typeof schema>;

const nothing: CachedSite = { at: 0, name: "", colour: null, homeport: null, logins: [] };
const freshSeconds = 600;
/** Seconds for which others do not ask too while one asks. */
const askingSeconds = 10;
const patienceMilliseconds = 5000;

/**
 * Returns name, colour, HomePort and logins of the Waldur as it told them last; asked anew behind the answer when that was ten minutes ago,
 * so that no page waits for Waldur but the first.
 */
export async function cachedSite(deps: Deps): Promise<CachedSite> {
  const from = waldur(deps);
  if (from === null) return nothing;
  const key = `site:${from.url}`;
  const stored = await readMeta(deps.sql, key);
  const found = stored === null ? null : v.safeParse(schema, JSON.parse(stored));
  const known = found?.success === true ? found.output : nothing;
  if (!hasElapsed(known.at, freshSeconds, epochSeconds(deps))) return known;
  const keep = async (site: CachedSite): Promise<CachedSite> => {
    await writeMeta(deps.sql, key, JSON.stringify(site));
    return site;
  };
  await keep({ ...known, at: epochSeconds(deps) - freshSeconds + askingSeconds });
  const asked = refreshSite(deps, from, known).then(keep);
  if (known.at === 0) return asked;
  deps.defer(asked);
  return known;
}

/** Returns where a browser begins to log in to Waldur; null where Waldur does not offer that login. */
export async function loginAddress(deps: Deps, provider: string): Promise<string | null> {
  const from = waldur(deps);
  const { logins } = await cachedSite(deps);
  if (from === null || !logins.some((login) => login.provider === provider)) return null;
  return loginUrl(from.url, provider, new URL(deps.config.publicUrl).origin);
}

/**
 * Returns the token for the code that a login ended with. A wrong one counts as a wrong token from that network. Throws
 * `bad_config` without a Waldur, and Waldur's failures.
 */
export async function exchangeLoginCode(deps: Deps, code: string, network: string): Promise<string> {
  const from = waldur(deps);
  if (from === null) throw new AppError("bad_config", "WALDUR_API_URL must be set");
  try {
    return await exchangeCode(from, code);
  } catch (error) {
    await slowWrongToken(deps, network);
    throw error;
  }
}

/** Failures that a server gives which is no Waldur, as well as a Waldur. */
const doubtful: readonly ErrorCode[] = [
  "waldur_bad_answer",
  "waldur_bad_request",
  "waldur_forbidden",
  "waldur_not_found",
  "waldur_refused_token",
];

/**
 * Returns the failure of a first request to Waldur. Where it may come from something that is no Waldur, that is asked, and
 * then told: under the same code, with `noWaldur` among the facts.
 */
export async function nameNoWaldur<E>(deps: Deps, error: E): Promise<E | AppError> {
  const from = waldur(deps);
  if (from === null || !(error instanceof AppError) || !doubtful.includes(error.code)) return error;
  if (String(error.facts["status"]).startsWith("3") || (await isWaldur(from)) !== false) return error;
  const message = `${from.url} is no Waldur: /api/configuration/ there is not what a Waldur answers. Set WALDUR_API_URL to the address of Waldur's API, not of HomePort or of something else`;
  return new AppError(error.code, message, { cause: error, facts: { ...error.facts, noWaldur: true } });
}

async function refreshSite(deps: Deps, from: AnonymousTransport, known: CachedSite): Promise<CachedSite> {
  const at = epochSeconds(deps);
  try {
    const { name, colour, homeport } = await readSiteAnonymously(from);
    return { at, name, colour, homeport, logins: await listLogins(from) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.log.warn("site_not_read", { code: error.code, message: error.message });
    return { ...known, at };
  }
}

function waldur({ config, fetch, deadline, now }: Deps): AnonymousTransport | null {
  return config.waldurApiUrl === null
    ? null
    : { url: config.waldurApiUrl, fetch, deadline, now, timeoutMilliseconds: patienceMilliseconds };
}

/** Returns the address of HomePort as Waldur told it last, ending in a slash; null where it has told none. */
export async function readHomeport(deps: Pick<Deps, "config" | "sql">): Promise<string | null> {
  return (await readMeta(deps.sql, homeportKey(deps))) || null;
}

/** Returns the key of `meta` under which the address of HomePort is kept. */
export function homeportKey(deps: Pick<Deps, "config">): string {
  return `homeport:${deps.config.waldurApiUrl ?? ""}`;
}
