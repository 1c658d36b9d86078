import type { Booking, SlimBooking } from "../calendar/booking.ts";
import { AppError } from "../errors.ts";
import { type Answer, makeSend, type Send, type Transport } from "./http.ts";
import { type BookingQuery, encodeQuery, formatMicros } from "./parameters.ts";
import {
  type Offering,
  offeringFields,
  type Order,
  orderFields,
  type Provider,
  providerFields,
  type Read,
  readBooking,
  readOffering,
  readOrder,
  readProvider,
  readSite,
  readSlim,
  readUser,
  richFields,
  type Site,
  type Skipped,
  slimFields,
  type User,
  userFields,
} from "./schema.ts";

/** What differs between servers; found out by the first answer that shows it, and kept. */
export interface Traits {
  /** False: the booking list takes only a date for `created` and `modified` (7.x). */
  readonly dateTimes: boolean;
  /** False: the booking list takes one `offering_uuid` (7.x). */
  readonly offeringLists: boolean;
}

/** One page of a list. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** Rows that do not fit; each is counted in `count` as well. */
  readonly skipped: readonly Skipped[];
  /** How many there are on all pages: `X-Result-Count`. */
  readonly count: number;
  /** Number of the next page; null on the last. */
  readonly next: number | null;
}

/** Which orders: all names are those of the organisation, offering or project the booking belongs to. */
export interface OrderQuery {
  readonly providerUuid?: string;
  readonly offeringUuid?: string;
  readonly customerUuid?: string;
  readonly projectUuid?: string;
  /** Modified at or after, epoch microseconds. */
  readonly modifiedMicros?: number;
}

/** Waldur's API as one account sees it. Every call throws the `waldur_…` errors. */
export interface WaldurClient {
  /** Rows of a page. */
  readonly pageSize: number;
  /** `GET /api/users/me/` */
  whoAmI(): Promise<User>;
  /** `GET /api/configuration/` */
  site(): Promise<Site>;
  /** `GET /api/marketplace-service-providers/`: every provider there is, whether the account manages it or not. */
  serviceProviders(): Promise<Provider[]>;
  /** `GET /api/marketplace-provider-offerings/`: booking offerings that the account may see. */
  offerings(filter: { readonly customerUuid?: string }): Promise<Offering[]>;
  /** `GET /api/booking-resources/` by creation, only the cheap columns. */
  slimBookings(query: BookingQuery, page: number): Promise<Page<SlimBooking>>;
  /** The same with every column that an event shows. */
  richBookings(query: BookingQuery, page: number): Promise<Page<Booking>>;
  /** How many bookings the query has: `HEAD /api/booking-resources/`. */
  countBookings(query: BookingQuery): Promise<number>;
  /** `GET /api/booking-resources/{uuid}/` */
  booking(uuid: string): Promise<Booking | { readonly skipped: string }>;
  /** `GET /api/marketplace-orders/` of bookings, by creation. */
  orders(query: OrderQuery, page: number): Promise<Page<Order>>;
  /** `POST /api/booking-resources/{uuid}/accept/`. `waldur_not_ready`: the consumer side has not approved yet; `waldur_conflict`: decided already. */
  accept(uuid: string): Promise<void>;
  /** `POST /api/booking-resources/{uuid}/reject/`. As `accept`; `waldur_forbidden` for a provider on others' bookings. */
  reject(uuid: string): Promise<void>;
}

export interface ClientOptions extends Transport {
  readonly traits: Traits;
  /** Gets what was found out. */
  readonly onTraits: (traits: Traits) => void;
}

const pageSize = 300;
const bookingType = "Marketplace.Booking";
const newest: Traits = { dateTimes: true, offeringLists: true };

/** Traits from their stored JSON; those of the newest servers where nothing is known. */
export function readTraits(stored: string | null): Traits {
  const value: unknown = stored === null ? null : JSON.parse(stored);
  if (typeof value !== "object" || value === null) return newest;
  return {
    dateTimes: !("dateTimes" in value) || value.dateTimes !== false,
    offeringLists: !("offeringLists" in value) || value.offeringLists !== false,
  };
}

/** A client of one Waldur with one token. */
export function waldurClient(options: ClientOptions): WaldurClient {
  const send = makeSend(options);
  let traits = options.traits;
  const learn = (found: Partial<Traits>): void => {
    traits = { ...traits, ...found };
    options.onTraits(traits);
  };

  /** Tries the newest form first; a 400 that names the parameter shows an older server. */
  async function listBookings(method: "GET" | "HEAD", query: BookingQuery, more: URLSearchParams): Promise<Answer> {
    const ask = async (): Promise<Answer> => {
      const encoded = encodeQuery({ o: ["created"], ...query }, traits);
      for (const [name, value] of more) encoded.append(name, value);
      return send(method, "/booking-resources/", encoded);
    };
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "waldur_bad_request") throw error;
      if (traits.dateTimes && /\b(?:modified|created): /.test(error.message)) {
        learn({ dateTimes: false });
        return ask();
      }
      if (traits.offeringLists && (query.offering_uuid?.length ?? 0) > 1 && /\boffering_uuid: /.test(error.message)) {
        learn({ offeringLists: false });
        throw new AppError("bad_input", "this Waldur takes one offering_uuid at a time", { cause: error });
      }
      throw error;
    }
  }

  async function bookingPage<T>(
    query: BookingQuery,
    page: number,
    fields: readonly string[],
    read: (row: unknown) => Read<T>,
  ): Promise<Page<T>> {
    const more = withFields(fields, page, query.page_size ?? pageSize);
    const { page: _page, page_size: _size, field: _field, ...filter } = query;
    return readPage(async () => listBookings("GET", filter, more), page, read);
  }

  return {
    pageSize,
    async whoAmI() {
      const { body } = await send("GET", "/users/me/", withFields(userFields));
      const nowAt = Math.floor(options.now() / 1000);
      const found = readUser(body, nowAt);
      if ("skipped" in found) throw badAnswer("/users/me/", found.skipped.reason);
      const expiresAt = Number(/^w_(\d{9,11})_/.exec(options.token)?.[1] ?? Number.NaN);
      return Number.isNaN(expiresAt) ? found.value : { ...found.value, tokenExpiresAt: expiresAt };
    },
    async site() {
      return readSite((await send("GET", "/configuration/")).body);
    },
    serviceProviders: async () => allPages(send, "/marketplace-service-providers/", {}, providerFields, readProvider),
    offerings: async ({ customerUuid }) =>
      allPages(
        send,
        "/marketplace-provider-offerings/",
        { type: bookingType, ...(customerUuid !== undefined && { customer_uuid: customerUuid }) },
        offeringFields,
        readOffering,
      ),
    slimBookings: async (query, page) => bookingPage(query, page, slimFields, readSlim),
    richBookings: async (query, page) => bookingPage(query, page, richFields, readBooking),
    async countBookings(query) {
      const { headers } = await listBookings("HEAD", query, withFields(["uuid"], 1, 1));
      return countOf(headers);
    },
    async booking(uuid) {
      const { body } = await send("GET", `/booking-resources/${uuid}/`, withFields(richFields));
      const found = readBooking(body);
      return "skipped" in found ? { skipped: found.skipped.reason } : found.value;
    },
    async orders(query, page) {
      const encoded = withFields(orderFields, page, pageSize);
      encoded.set("offering_type", bookingType);
      encoded.set("o", "created");
      if (query.providerUuid !== undefined) encoded.set("provider_uuid", query.providerUuid);
      if (query.offeringUuid !== undefined) encoded.set("offering_uuid", query.offeringUuid);
      if (query.customerUuid !== undefined) encoded.set("customer_uuid", query.customerUuid);
      if (query.projectUuid !== undefined) encoded.set("project_uuid", query.projectUuid);
      // Orders take a date-time on every version.
      if (query.modifiedMicros !== undefined) encoded.set("modified", formatMicros(query.modifiedMicros, newest));
      return readPage(async () => send("GET", "/marketplace-orders/", encoded), page, readOrder);
    },
    async accept(uuid) {
      await send("POST", `/booking-resources/${uuid}/accept/`);
    },
    async reject(uuid) {
      await send("POST", `/booking-resources/${uuid}/reject/`);
    },
  };
}

function withFields(fields: readonly string[], page = 1, size?: number): URLSearchParams {
  const query = new URLSearchParams(fields.map((field) => ["field", field]));
  if (size !== undefined) query.set("page_size", String(size));
  if (page > 1) query.set("page", String(page));
  return query;
}

async function readPage<T>(
  ask: () => Promise<Answer>,
  page: number,
  read: (row: unknown) => Read<T>,
): Promise<Page<T>> {
  let answer: Answer;
  try {
    answer = await ask();
  } catch (error) {
    // The list has become shorter since the page before.
    const past = page > 1 && error instanceof AppError && error.code === "waldur_not_found";
    if (past) return { rows: [], skipped: [], count: 0, next: null };
    throw error;
  }
  const { headers, body } = answer;
  if (!Array.isArray(body)) throw badAnswer("list", "is no list");
  const rows: T[] = [];
  const skipped: Skipped[] = [];
  for (const row of body) {
    const found = read(row);
    if ("skipped" in found) skipped.push(found.skipped);
    else rows.push(found.value);
  }
  return { rows, skipped, count: countOf(headers), next: nextOf(headers) };
}

async function allPages<T>(
  send: Send,
  path: string,
  filter: Readonly<Record<string, string>>,
  fields: readonly string[],
  read: (row: unknown) => Read<T>,
): Promise<T[]> {
  const all: T[] = [];
  for (let page: number | null = 1; page !== null;) {
    const query = withFields(fields, page, pageSize);
    for (const [name, value] of Object.entries(filter)) query.set(name, value);
    const listed: Page<T> = await readPage(async () => send("GET", path, query), page, read);
    all.push(...listed.rows);
    page = listed.next;
  }
  return all;
}

function countOf(headers: Headers): number {
  const count = headers.get("X-Result-Count");
  if (count === null || !/^\d+$/.test(count))
    throw badAnswer("list", "lacks X-Result-Count: is it Waldur, and does a proxy drop headers?");
  return Number(count);
}

/** The page number of rel="next" (RFC 8288); its host is the one the request was sent to, or somebody else's, and is not used. */
function nextOf(headers: Headers): number | null {
  const link = headers.get("Link") ?? "";
  const [, query] = /<[^>?]*\?([^>]*)>\s*;\s*rel="?next"?/.exec(link) ?? [];
  const page = query === undefined ? null : new URLSearchParams(query).get("page");
  return page !== null && /^\d+$/.test(page) ? Number(page) : null;
}

function badAnswer(path: string, reason: string): AppError {
  return new AppError("waldur_bad_answer", `Waldur's answer does not fit: ${path} ${reason}`, { facts: { path } });
}

export type { Skipped };
