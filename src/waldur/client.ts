import type { Booking, SlimBooking } from "../calendar/booking.ts";
import { AppError } from "../errors.ts";
import { type WaldurResponse, makeSend, type Transport } from "./http.ts";
import { badAnswerError, readResultCount, type Page, readAllPages, readPage } from "./pages.ts";
import { type BookingQuery, encodeQuery, formatMicros, readUuid } from "./parameters.ts";
import {
  type BookingColumns,
  type Offering,
  offeringFields,
  type Order,
  orderFields,
  placeFields,
  type Places,
  type Provider,
  providerFields,
  readBooking,
  readColumns,
  readOffering,
  readOrder,
  readProvider,
  readRelease,
  readSite,
  readSlim,
  readUser,
  richFields,
  type Site,
  slimFields,
  type User,
  userFields,
  withPlaces,
} from "./schema.ts";
import type { ReadRow, Skipped } from "./columns.ts";

/** Differences between servers; found out by the first answer that shows it, and kept. */
export interface Traits {
  /** False: the booking list takes only a date for `created` and `modified` (7.x). */
  readonly dateTimes: boolean;
  /** False: the booking list takes one `offering_uuid` (7.x); for several it is asked once for each. */
  readonly offeringLists: boolean;
}

/** Filters of orders: all names are those of the organisation, offering or project the booking belongs to. */
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
  /** Returns what tells this release of Waldur from others, for which accounts that are not staff have no name. */
  release(): Promise<string>;
  /** `GET /api/marketplace-service-providers/`: every provider there is, whether the account manages it or not. */
  serviceProviders(): Promise<Provider[]>;
  /** `GET /api/marketplace-provider-offerings/`: booking offerings that the account may see. */
  offerings(filter: { readonly customerUuid?: string }): Promise<Offering[]>;
  /** `GET /api/booking-resources/` by creation, only the cheap columns. */
  slimBookings(query: BookingQuery, page: number): Promise<Page<SlimBooking>>;
  /** The same with every column that an event shows. */
  richBookings(query: BookingQuery, page: number): Promise<Page<Booking>>;
  /** The same with these columns, as Waldur has them; one that it does not know is missing. */
  bookingRows(query: BookingQuery, page: number, columns: readonly string[]): Promise<Page<BookingColumns>>;
  /** Returns the number of bookings the query has: `X-Result-Count` of the cheapest page of `GET /api/booking-resources/`. */
  countBookings(query: BookingQuery): Promise<number>;
  /** `GET /api/booking-resources/{uuid}/` */
  booking(uuid: string): Promise<Booking | { readonly skipped: string }>;
  /** `GET /api/marketplace-orders/` of bookings, by creation. */
  orders(query: OrderQuery, page: number): Promise<Page<Order>>;
  /** `slimBookings` and `orders` of everything that the account sees, with the lists that each row belongs to. */
  placedBookings(query: BookingQuery, page: number): Promise<Page<SlimBooking & Places>>;
  placedOrders(query: OrderQuery, page: number): Promise<Page<Order & Places>>;
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

/** Makes a client of one Waldur with one token. */
export function makeWaldurClient(options: ClientOptions): WaldurClient {
  const send = makeSend(options);
  let traits = options.traits;
  const learn = (found: Partial<Traits>): void => {
    traits = { ...traits, ...found };
    options.onTraits(traits);
  };

  async function ask(query: BookingQuery, more: URLSearchParams, asked: Traits): Promise<WaldurResponse> {
    const { page: _page, page_size: _size, field: _field, ...filter } = query;
    const encoded = encodeQuery({ o: ["created"], ...filter }, asked);
    for (const [name, value] of more) encoded.append(name, value);
    return send("GET", "/booking-resources/", encoded);
  }

  /** A 400 that names a time shows that the server wants the other form: an older server, or one that was old. */
  async function askBookings(query: BookingQuery, more: URLSearchParams): Promise<WaldurResponse> {
    try {
      return await ask(query, more, traits);
    } catch (error) {
      if (!refuses(error, ["created", "modified"])) throw error;
      const other = { ...traits, dateTimes: !traits.dateTimes };
      const answer = await ask(query, more, other);
      learn({ dateTimes: other.dateTimes });
      return answer;
    }
  }

  async function countBookings(query: BookingQuery): Promise<number> {
    // Not HEAD: it costs Waldur the same, and its errors have no body that names the parameter.
    const counting = withFields(["uuid"], 1, 1);
    return withOfferings(
      query,
      async (whole) => readResultCount((await askBookings(whole, counting)).headers),
      async (each) => {
        let count = 0;
        for (const one of each) count += readResultCount((await askBookings(one, counting)).headers);
        return count;
      },
    );
  }

  /** `together` asks for several offerings at once, `inTurn` one after the other where the server takes only one. */
  async function withOfferings<T>(
    query: BookingQuery,
    together: (query: BookingQuery) => Promise<T>,
    inTurn: (each: readonly BookingQuery[]) => Promise<T>,
  ): Promise<T> {
    const offerings = [...new Set(query.offering_uuid)];
    const whole = offerings.length === 0 ? query : { ...query, offering_uuid: offerings };
    if (offerings.length < 2) return together(whole);
    if (traits.offeringLists) {
      try {
        return await together(whole);
      } catch (error) {
        if (!refuses(error, ["offering_uuid"])) throw error;
        learn({ offeringLists: false });
      }
    }
    return inTurn(offerings.map((uuid) => ({ ...query, offering_uuid: [uuid] })));
  }

  async function bookingPage<T>(
    query: BookingQuery,
    page: number,
    fields: readonly string[],
    read: (row: unknown) => ReadRow<T>,
  ): Promise<Page<T>> {
    const size = query.page_size ?? pageSize;
    const readOne = async (one: BookingQuery, at: number): Promise<Page<T>> =>
      readPage(async () => askBookings(one, withFields(fields, at, size)), at, read);
    return withOfferings(
      query,
      async (whole) => readOne(whole, page),
      // The pages of the offerings follow one another.
      async (each) => {
        let [count, before] = [0, 0];
        let found: Page<T> | null = null;
        for (const one of each) {
          const own = await countBookings(one);
          const pages = Math.ceil(own / size);
          if (page > before && page <= before + pages) found = await readOne(one, page - before);
          count += own;
          before += pages;
        }
        return { rows: found?.rows ?? [], skipped: found?.skipped ?? [], count, next: page < before ? page + 1 : null };
      },
    );
  }

  async function orderPage<T>(
    query: OrderQuery,
    page: number,
    fields: readonly string[],
    read: (row: unknown) => ReadRow<T>,
  ): Promise<Page<T>> {
    const encoded = withFields(fields, page, pageSize);
    encoded.set("offering_type", bookingType);
    encoded.set("o", "created");
    if (query.providerUuid !== undefined) encoded.set("provider_uuid", query.providerUuid);
    if (query.offeringUuid !== undefined) encoded.set("offering_uuid", query.offeringUuid);
    if (query.customerUuid !== undefined) encoded.set("customer_uuid", query.customerUuid);
    if (query.projectUuid !== undefined) encoded.set("project_uuid", query.projectUuid);
    // Orders take a date-time on every version.
    if (query.modifiedMicros !== undefined) encoded.set("modified", formatMicros(query.modifiedMicros, newest));
    return readPage(async () => send("GET", "/marketplace-orders/", encoded), page, read);
  }

  return {
    pageSize,
    async whoAmI() {
      const { body } = await send("GET", "/users/me/", withFields(userFields));
      const nowAt = Math.floor(options.now() / 1000);
      const found = readUser(body, nowAt);
      if ("skipped" in found) throw badAnswerError(`/users/me/: ${found.skipped.reason}`);
      const expiresAt = Number(/^w_(\d{9,11})_/.exec(options.token)?.[1] ?? Number.NaN);
      return Number.isNaN(expiresAt) ? found.value : { ...found.value, tokenLifetime: null, tokenExpiresAt: expiresAt };
    },
    async site() {
      return readSite((await send("GET", "/configuration/")).body);
    },
    async release() {
      return readRelease((await send("GET", "/configuration/")).body);
    },
    async serviceProviders() {
      return readAllPages(
        async (page) => send("GET", "/marketplace-service-providers/", withFields(providerFields, page, pageSize)),
        readProvider,
      );
    },
    async offerings({ customerUuid }) {
      return readAllPages(
        async (page) => {
          const query = withFields(offeringFields, page, pageSize);
          query.set("type", bookingType);
          if (customerUuid !== undefined) query.set("customer_uuid", customerUuid);
          return send("GET", "/marketplace-provider-offerings/", query);
        },
        (row) => readOffering(row, options.url),
      );
    },
    slimBookings: async (query, page) => bookingPage(query, page, slimFields, readSlim),
    richBookings: async (query, page) => bookingPage(query, page, richFields, readBooking),
    bookingRows: async (query, page, columns) => bookingPage(query, page, columns, readColumns),
    countBookings,
    async booking(uuid) {
      const { body } = await send("GET", bookingPath(uuid), withFields(richFields));
      if (typeof body !== "object" || body === null) throw badAnswerError("a booking was expected");
      const found = readBooking(body);
      if ("skipped" in found) return { skipped: found.skipped.reason };
      if (found.value.uuid !== readUuid(uuid)) throw badAnswerError("it is another booking than was asked for");
      return found.value;
    },
    orders: async (query, page) => orderPage(query, page, orderFields, readOrder),
    placedOrders: async (query, page) =>
      orderPage(query, page, [...orderFields, ...placeFields], withPlaces(readOrder)),
    placedBookings: async (query, page) =>
      bookingPage(query, page, [...slimFields, ...placeFields], withPlaces(readSlim)),
    async accept(uuid) {
      await send("POST", `${bookingPath(uuid)}accept/`);
    },
    async reject(uuid) {
      await send("POST", `${bookingPath(uuid)}reject/`);
    },
  };
}

/** Returns the parameters that Waldur refused; none for any other error. */
export function refusedNames(error: unknown): string[] {
  if (!(error instanceof AppError) || error.code !== "waldur_bad_request") return [];
  return String(error.facts["refused"] ?? "")
    .split(",")
    .filter((name) => name !== "");
}

/** Returns true when Waldur refused one of these parameters. */
function refuses(error: unknown, names: readonly string[]): boolean {
  return refusedNames(error).some((name) => names.includes(name));
}

function bookingPath(uuid: string): string {
  const digits = readUuid(uuid);
  if (digits === null) throw new AppError("bad_input", "a booking's uuid has 32 hexadecimal digits");
  return `/booking-resources/${digits}/`;
}

function withFields(fields: readonly string[], page = 1, size?: number): URLSearchParams {
  const query = new URLSearchParams(fields.map((field) => ["field", field]));
  if (size !== undefined) query.set("page_size", String(size));
  if (page > 1) query.set("page", String(page));
  return query;
}

export type { Page, Skipped };
