import { listKeyUses } from "../../account/key-uses.ts";
import { clockAhead } from "../../store/sources/reads.ts";
import { texts } from "../../text/index.ts";
import type { PageContext } from "../env.ts";
import { keyComplaints } from "../health/key-health.ts";
import { lacksPublicUrl } from "../request/public-url.ts";
import { clockComplaints } from "../health/source-health.ts";
import { pageLanguage } from "./page-context.tsx";

/** Returns what is wrong with the service, for its operator; nothing for anybody else. */
export async function listComplaints(c: PageContext): Promise<string[]> {
  if (!c.var.viewer.operator) return [];
  const language = pageLanguage(c);
  const { publicUrlMissing } = texts[language].calendars;
  const unreachable = lacksPublicUrl(c.env, c.req.url) ? [publicUrlMissing(c.env.config.publicUrl)] : [];
  const clock = clockComplaints(await clockAhead(c.env.sql), language);
  return [...unreachable, ...clock, ...keyComplaints(await listKeyUses(c.env), language)];
}
