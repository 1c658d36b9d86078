import * as v from "valibot";
import { type Booking, type OrderState, orderStates, type SlimBooking } from "../calendar/booking.ts";
import { type ReadRow, readRow, text, unfit, uuid, micros, uuidOrNone, state, slots, schedules } from "./columns.ts";
import { cleanUrl } from "../calendar/text.ts";
import { readSeconds } from "./time.ts";

/** The user behind a token (`GET /api/users/me/`). Times are epoch seconds. */
export interface User {
  readonly uuid: string;
  readonly username: string;
  readonly fullName: string;
  /** "" where Waldur tells none; it may be no address. */
  readonly email: string;
  readonly isStaff: boolean;
  readonly isActive: boolean;
  /** Roles that are in force. */
  readonly roles: readonly Role[];
  readonly tokenLifetime: number | null;
  readonly tokenExpiresAt: number | null;
}

export interface Role {
  readonly name: string;
  readonly scopeType: string;
  readonly scopeUuid: string;
  /** The organisation it is held in; "" where Waldur does not tell. */
  readonly customerUuid: string;
}

export interface Order {
  readonly uuid: string;
  readonly bookingUuid: string;
  /** "Create", "Update", "Terminate" and whatever newer servers add. */
  readonly type: string;
  readonly state: OrderState;
  readonly modifiedMicros: number;
}

/** The lists that a row belongs to, by the UUIDs of its organisations, offering and project; "" where Waldur does not tell. */
export interface Places {
  readonly providerUuid: string;
  readonly offeringUuid: string;
  readonly customerUuid: string;
  readonly projectUuid: string;
}

/** A service provider. Its bookings go by `customerUuid`. */
export interface Provider {
  readonly uuid: string;
  readonly customerUuid: string;
  readonly customerName: string;
}

export interface Offering {
  readonly uuid: string;
  readonly name: string;
  readonly customerUuid: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Address of its picture, if everybody may keep it (`ownImage`); "" for none. */
  readonly thumbnail: string;
}

/** Facts that Waldur tells everybody of itself. */
export interface Site {
  /** HomePort's address, ending in a slash; null when it is not set. */
  readonly homeport: string | null;
  /** As it calls itself; "" when it does not. */
  readonly name: string;
  /** `#rrggbb`; null when it has none. */
  readonly colour: string | null;
}

const slimEntries = {
  uuid,
  name: text,
  state,
  created: micros,
  modified: micros,
  slots,
  project_name: v.optional(text),
};
const slimSchema = v.object(slimEntries, unfit);
const richEntries = {
  ...slimEntries,
  description: v.optional(text),
  attributes: v.optional(schedules),
  offering_uuid: uuid,
  offering_name: v.optional(text),
  provider_uuid: uuid,
  provider_name: v.optional(text),
  customer_uuid: uuid,
  customer_name: v.optional(text),
  project_uuid: uuidOrNone,
  created_by_full_name: v.optional(text),
  created_by_username: v.optional(text),
  error_message: v.optional(text),
};
const richSchema = v.object(richEntries, unfit);

const placeEntries = {
  provider_uuid: v.optional(uuidOrNone, ""),
  offering_uuid: v.optional(uuidOrNone, ""),
  customer_uuid: v.optional(uuidOrNone, ""),
  project_uuid: v.optional(uuidOrNone, ""),
};
export const placeFields = Object.keys(placeEntries);
const placesSchema = v.object(placeEntries, unfit);

/** Makes the reader of a row with its places, of one that reads the rest of it. */
export function withPlaces<T>(read: (row: unknown) => ReadRow<T>): (row: unknown) => ReadRow<T & Places> {
  return (row) => {
    const found = read(row);
    if ("skipped" in found) return found;
    return readRow(placesSchema, row, (places) => ({
      ...found.value,
      providerUuid: places.provider_uuid,
      offeringUuid: places.offering_uuid,
      customerUuid: places.customer_uuid,
      projectUuid: places.project_uuid,
    }));
  };
}

/** Columns asked for by `readSlim` and `readBooking`: only these are worked out by Waldur. */
export const slimFields = Object.keys(slimEntries);
export const richFields = Object.keys(richEntries);

/** Reads a row of the booking list with `slimFields`. */
export function readSlim(row: unknown): ReadRow<SlimBooking> {
  return readRow(slimSchema, row, slimOf);
}

/** A row of the booking list as Waldur has it. */
export type BookingColumns = Readonly<Record<string, unknown>>;

/** Reads a row of the booking list with any columns. */
export function readColumns(row: unknown): ReadRow<BookingColumns> {
  return readRow(v.looseObject({ uuid }, unfit), row, (columns) => columns);
}

/** Reads a row of the booking list with `richFields`, or a retrieved booking. */
export function readBooking(row: unknown): ReadRow<Booking> {
  return readRow(richSchema, row, (rich) => ({
    ...slimOf(rich),
    description: rich.description ?? "",
    schedules: rich.attributes ?? [],
    offeringUuid: rich.offering_uuid,
    offeringName: rich.offering_name ?? "",
    providerUuid: rich.provider_uuid,
    providerName: rich.provider_name ?? "",
    customerUuid: rich.customer_uuid,
    customerName: rich.customer_name ?? "",
    projectUuid: rich.project_uuid,
    requesterName: rich.created_by_full_name ?? "",
    requesterUsername: rich.created_by_username ?? "",
    errorMessage: rich.error_message ?? "",
  }));
}

function slimOf(row: v.InferOutput<typeof slimSchema>): SlimBooking {
  return {
    uuid: row.uuid,
    name: row.name,
    state: row.state,
    createdMicros: row.created,
    modifiedMicros: row.modified,
    slots: row.slots.good,
    ...(row.slots.unread.length > 0 && { unreadSlots: row.slots.unread }),
    projectName: row.project_name ?? "",
  };
}

const orderSchema = v.object(
  {
    uuid,
    marketplace_resource_uuid: uuid,
    type: text,
    state: v.picklist(orderStates, "is a state this program does not know"),
    modified: micros,
  },
  unfit,
);
export const orderFields = Object.keys(orderSchema.entries);

export function readOrder(row: unknown): ReadRow<Order> {
  return readRow(orderSchema, row, (order) => ({
    uuid: order.uuid,
    bookingUuid: order.marketplace_resource_uuid,
    type: order.type,
    state: order.state,
    modifiedMicros: order.modified,
  }));
}

const providerSchema = v.object({ uuid, customer_uuid: uuid, customer_name: text }, unfit);
export const providerFields = Object.keys(providerSchema.entries);

export function readProvider(row: unknown): ReadRow<Provider> {
  return readRow(providerSchema, row, (provider) => ({
    uuid: provider.uuid,
    customerUuid: provider.customer_uuid,
    customerName: provider.customer_name,
  }));
}

const degrees = v.optional(v.fallback(v.nullable(v.pipe(v.number(), v.finite())), null), null);
const offeringSchema = v.object(
  {
    uuid,
    name: text,
    customer_uuid: uuidOrNone,
    latitude: degrees,
    longitude: degrees,
    thumbnail: v.optional(text, ""),
  },
  unfit,
);
export const offeringFields = Object.keys(offeringSchema.entries);

/** Reads a row of the list of offerings of the Waldur at that address. */
export function readOffering(row: unknown, waldurUrl: string): ReadRow<Offering> {
  return readRow(offeringSchema, row, ({ customer_uuid: customerUuid, thumbnail, ...rest }) => ({
    ...rest,
    customerUuid,
    thumbnail: ownImage(thumbnail, waldurUrl),
  }));
}

/**
 * Returns the address of a picture if it is https, of Waldur's own origin and without a query; else "". No calendar makes
 * its readers ask another server, and a query is a signature, which is another one at each reading.
 */
function ownImage(text: string, waldurUrl: string): string {
  if (!URL.canParse(text)) return "";
  const { protocol, origin, search } = new URL(text);
  return protocol === "https:" && origin === new URL(waldurUrl).origin && search === "" ? cleanUrl(text) : "";
}

// A role that cannot be read fails the whole answer: taken for a lost one, it would end feeds.
const permission = v.object(
  {
    role_name: text,
    scope_type: text,
    scope_uuid: uuidOrNone,
    customer_uuid: v.optional(uuidOrNone, ""),
    expiration_time: v.optional(v.unknown()),
    is_active: v.optional(v.unknown()),
  },
  unfit,
);
const userSchema = v.object(
  {
    uuid,
    username: text,
    full_name: v.optional(text),
    email: v.optional(text),
    is_staff: v.optional(v.unknown()),
    is_active: v.optional(v.unknown()),
    token_lifetime: v.optional(v.fallback(v.nullable(v.number()), null), null),
    token_expires_at: v.optional(v.unknown()),
    permissions: v.array(permission, "is no list"),
  },
  unfit,
);
export const userFields = Object.keys(userSchema.entries);

/** Reads an answer of who-am-I. Roles that have run out at `nowAt` (epoch seconds) are left out. Absent `is_staff` means no, `is_active` yes. */
export function readUser(row: unknown, nowAt: number): ReadRow<User> {
  return readRow(userSchema, row, (user) => ({
    uuid: user.uuid,
    username: user.username,
    fullName: user.full_name ?? "",
    email: user.email ?? "",
    isStaff: user.is_staff === true,
    isActive: user.is_active !== false,
    roles: user.permissions
      .filter(
        ({ is_active: active, expiration_time: until }) =>
          active !== false && (readSeconds(until) ?? nowAt + 1) > nowAt,
      )
      .map((role) => ({
        name: role.role_name,
        scopeType: role.scope_type,
        scopeUuid: role.scope_uuid,
        customerUuid: role.customer_uuid || (role.scope_type === "customer" ? role.scope_uuid : ""),
      })),
    tokenLifetime: user.token_lifetime,
    tokenExpiresAt: readSeconds(user.token_expires_at),
  }));
}

const siteSchema = v.object({
  WALDUR_CORE: v.object({ HOMEPORT_URL: v.optional(text), SITE_NAME: v.optional(text), BRAND_COLOR: v.optional(text) }),
});

/** Returns true when an answer to `GET /api/configuration/` is a Waldur's. */
export function isSite(answer: unknown): boolean {
  return v.is(siteSchema, answer);
}

/** Returns the names of the settings that `GET /api/configuration/` shows: releases differ in them. */
export function readRelease(answer: unknown): string {
  const found = v.safeParse(v.record(v.string(), v.unknown()), answer);
  const names = Object.entries(found.success ? found.output : {}).flatMap(([name, value]) => [
    name,
    ...(typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : []),
  ]);
  return names.toSorted().join(" ");
}

/** Reads the answer to `GET /api/configuration/`; the placeholder it has before it is set counts as nothing. */
export function readSite(answer: unknown): Site {
  const found = v.safeParse(siteSchema, answer);
  const {
    HOMEPORT_URL: url = "",
    SITE_NAME: name = "",
    BRAND_COLOR: shade = "",
  } = found.success ? found.output.WALDUR_CORE : {};
  const colour = /^#[0-9a-f]{6}$/i.test(shade) ? shade.toLowerCase() : null;
  const set = /^https?:\/\//.test(url) && URL.canParse(url) && new URL(url).hostname !== "example.com";
  return { homeport: !set ? null : url.endsWith("/") ? url : `${url}/`, name: name.slice(0, 100).trim(), colour };
}
