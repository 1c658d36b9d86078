import { type BookingQuery, type ParameterName, readUuid } from "./parameters.ts";
import { readMicros } from "./time.ts";

/** One parameter of a query as a row of the list can prove it. */
export interface RowCheck {
  readonly name: ParameterName;
  /** The column that shows it. */
  readonly column: string;
  /** Returns true when a row with this value of the column passes. */
  readonly passes: (shown: unknown) => boolean;
}

type Wanted<N extends ParameterName> = NonNullable<BookingQuery[N]>;

/** The end of the address of a thing in Waldur's API. */
const addressed = /\/([0-9a-fA-F-]{32,36})\/?$/;
const uuidIn = (address: string): string | null => readUuid(addressed.exec(address)?.[1]);
const equals = (shown: unknown, wanted: string | boolean): boolean => shown === wanted;
const sameUuid = (shown: unknown, wanted: string | null): boolean => wanted !== null && readUuid(shown) === wanted;
const among = (shown: unknown, wanted: readonly string[]): boolean =>
  typeof shown === "string" && wanted.includes(shown);
const time = (shown: unknown): number => readMicros(shown) ?? Number.NaN;

/**
 * Returns the checks of a query: of every parameter that a row shows. Servers ignore parameters that they do not know, and
 * widen times to the day (7.x); what passes the checks is what was asked for, whatever the server did.
 */
export function rowChecks(query: BookingQuery): RowCheck[] {
  const checks: RowCheck[] = [];
  const check = <N extends ParameterName>(
    name: N,
    column: string,
    passes: (shown: unknown, wanted: Wanted<N>) => boolean,
  ): void => {
    const wanted = query[name];
    if (wanted !== undefined) checks.push({ name, column, passes: (shown) => passes(shown, wanted) });
  };
  check("created", "created", (shown, wanted) => time(shown) >= wanted);
  check("created_before", "created", (shown, wanted) => time(shown) <= wanted);
  check("modified", "modified", (shown, wanted) => time(shown) >= wanted);
  check("modified_before", "modified", (shown, wanted) => time(shown) <= wanted);
  check("customer", "customer_uuid", (shown, wanted) => sameUuid(shown, uuidIn(wanted)));
  check("customer_uuid", "customer_uuid", sameUuid);
  check("has_terminate_date", "end_date", (shown, wanted) => (shown !== null) === wanted);
  check("limit_based", "is_limit_based", equals);
  check("offering", "offering_uuid", (shown, wanted) => sameUuid(shown, uuidIn(wanted)));
  check("offering_billable", "offering_billable", equals);
  check("offering_shared", "offering_shared", equals);
  check("offering_slug", "offering_slug", among);
  check("offering_uuid", "offering_uuid", (shown, wanted) => among(readUuid(shown), wanted));
  check("parent_offering_uuid", "parent_offering_uuid", sameUuid);
  check("plan_uuid", "plan_uuid", sameUuid);
  check("project_uuid", "project_uuid", sameUuid);
  check("provider_uuid", "provider_uuid", sameUuid);
  check("slug", "slug", equals);
  check("state", "state", among);
  check("usage_based", "is_usage_based", equals);
  return checks;
}
