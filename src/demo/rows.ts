import type { SampleBooking, SampleOrder } from "./bookings.ts";
import { type Organisation, type Person, type SampleOffering, tokens, type RoleName } from "./people.ts";

export type Row = Record<string, unknown>;
/** The columns of a row, each worked out only when it is asked for. */
type Columns<T> = Readonly<Record<string, (of: T, base: string) => unknown>>;

const category = { title: "Sample instruments", uuid: "0d000001".padEnd(32, "5a3c") };

/** Epoch microseconds as Waldur writes them. */
export function micros(value: number): string {
  const whole = new Date(Math.floor(value / 1_000_000) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(value % 1_000_000).padStart(6, "0")}Z`;
}

const seconds = (at: number): string => `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;
const milliseconds = (at: number): string => new Date(at * 1000).toISOString();
const nothing = (): null => null;
const no = (): false => false;
const empty = (): string => "";

/** A row of `/api/booking-resources/`; the order of columns is Waldur's. */
export const bookingColumns: Columns<SampleBooking> = {
  offering: ({ offering }, base) => `${base}/api/marketplace-public-offerings/${offering.uuid}/`,
  offering_name: ({ offering }) => offering.name,
  offering_uuid: ({ offering }) => offering.uuid,
  offering_description: () => "Sample offering",
  offering_image: nothing,
  offering_thumbnail: nothing,
  offering_type: () => "Marketplace.Booking",
  offering_terms_of_service: empty,
  offering_shared: () => true,
  offering_billable: () => true,
  offering_plugin_options: () => ({}),
  provider_name: ({ offering }) => offering.customer.name,
  provider_uuid: ({ offering }) => offering.customer.uuid,
  category_title: () => category.title,
  category_uuid: () => category.uuid,
  category_icon: nothing,
  plan: ({ offering }, base) => `${base}/api/marketplace-public-offerings/${offering.uuid}/plans/${category.uuid}/`,
  plan_unit: () => "month",
  plan_name: () => "Standard",
  plan_uuid: () => category.uuid,
  plan_description: empty,
  attributes: ({ name, description, schedules }) => ({
    name,
    schedules: schedules.map(({ start, end }, index) => ({
      id: `hp-${index}`,
      end: milliseconds(end),
      start: milliseconds(start),
      title: "",
      allDay: false,
      extendedProps: { type: "Schedule" },
    })),
    description,
  }),
  limits: () => ({}),
  uuid: ({ uuid }) => uuid,
  created: ({ createdMicros }) => micros(createdMicros),
  modified: ({ modifiedMicros }) => micros(modifiedMicros),
  url: ({ uuid }, base) => `${base}/api/booking-resources/${uuid}/`,
  scope: nothing,
  description: ({ description }) => description,
  state: ({ state }) => state,
  resource_uuid: nothing,
  backend_id: empty,
  effective_id: empty,
  resource_type: nothing,
  project: ({ project }, base) => `${base}/api/projects/${project.uuid}/`,
  project_uuid: ({ project }) => project.uuid,
  project_name: ({ project }) => project.name,
  project_description: empty,
  project_end_date: nothing,
  project_end_date_requested_by: nothing,
  customer_uuid: ({ project }) => project.customer.uuid,
  customer_name: ({ project }) => project.customer.name,
  backend_metadata: () => ({}),
  is_usage_based: no,
  is_limit_based: no,
  name: ({ name }) => name,
  slug: ({ uuid }) => `sample-${uuid.slice(0, 6)}`,
  current_usages: () => ({}),
  can_terminate: ({ state }) => state === "OK" || state === "Erred",
  report: nothing,
  end_date: nothing,
  end_date_requested_by: nothing,
  username: nothing,
  limit_usage: nothing,
  downscaled: no,
  restrict_member_access: no,
  paused: no,
  endpoints: () => [],
  error_message: ({ errorMessage }) => errorMessage,
  error_traceback: empty,
  offering_customer_uuid: ({ offering }) => offering.customer.uuid,
  options: nothing,
  available_actions: () => [],
  created_by: ({ requester }, base) => `${base}/api/users/${requester.uuid}/`,
  created_by_username: ({ requester }) => requester.username,
  created_by_full_name: ({ requester }) => requester.fullName,
  consumer_reviewed_by: nothing,
  slots: ({ slots }) =>
    slots.map(({ start, end, backendId }) => ({ start: seconds(start), end: seconds(end), backend_id: backendId })),
};

export interface OrderOf {
  readonly order: SampleOrder;
  readonly booking: SampleBooking;
}

/** A row of `/api/marketplace-orders/`, as far as it is of use here. */
export const orderColumns: Columns<OrderOf> = {
  uuid: ({ order }) => order.uuid,
  created: ({ order }) => micros(order.createdMicros),
  modified: ({ order }) => micros(order.modifiedMicros),
  type: ({ order }) => order.type,
  state: ({ order }) => order.state,
  marketplace_resource_uuid: ({ booking }) => booking.uuid,
  resource_name: ({ booking }) => booking.name,
  offering_type: () => "Marketplace.Booking",
  offering_name: ({ booking }) => booking.offering.name,
  offering_uuid: ({ booking }) => booking.offering.uuid,
  provider_uuid: ({ booking }) => booking.offering.customer.uuid,
  provider_name: ({ booking }) => booking.offering.customer.name,
  customer_uuid: ({ booking }) => booking.project.customer.uuid,
  customer_name: ({ booking }) => booking.project.customer.name,
  project_uuid: ({ booking }) => booking.project.uuid,
  project_name: ({ booking }) => booking.project.name,
  created_by_username: ({ booking }) => booking.requester.username,
  created_by_full_name: ({ booking }) => booking.requester.fullName,
};

export const providerColumns: Columns<Organisation> = {
  url: ({ providerUuid }, base) => `${base}/api/marketplace-service-providers/${providerUuid}/`,
  uuid: ({ providerUuid }) => providerUuid,
  created: () => "2026-01-01T00:00:00.000000Z",
  description: () => "Sample provider",
  customer: ({ uuid }, base) => `${base}/api/customers/${uuid}/`,
  customer_name: ({ name }) => name,
  customer_uuid: ({ uuid }) => uuid,
  customer_image: nothing,
  customer_abbreviation: empty,
  customer_native_name: empty,
  customer_country: () => "EE",
  image: nothing,
  organization_group: nothing,
  offering_count: () => 1,
};

export const offeringColumns: Columns<SampleOffering> = {
  uuid: ({ uuid }) => uuid,
  name: ({ name }) => name,
  slug: ({ uuid }) => `offering-${uuid.slice(3, 7)}`,
  customer_uuid: ({ customer }) => customer.uuid,
  customer_name: ({ customer }) => customer.name,
  state: () => "Active",
  type: () => "Marketplace.Booking",
  latitude: ({ latitude }) => latitude,
  longitude: ({ longitude }) => longitude,
  country: empty,
};

/** What `/api/users/me/` tells; `is_staff` and `is_support` only where they are true, as Waldur does it. */
export function userColumns(role: RoleName, scopeName: (uuid: string) => string): Columns<Person> {
  return {
    url: ({ uuid }, base) => `${base}/api/users/${uuid}/`,
    uuid: ({ uuid }) => uuid,
    username: ({ username }) => username,
    slug: ({ username }) => username.replace(".", "-"),
    full_name: ({ fullName }) => fullName,
    native_name: empty,
    email: ({ username }) => `${username}@example.org`,
    token: () => tokens[role],
    token_lifetime: () => 3600,
    date_joined: () => "2026-01-01T00:00:00.000000Z",
    preferred_language: empty,
    permissions: ({ grants, uuid, fullName }) =>
      grants.map(({ role: name, scope, uuid: scopeUuid }) => ({
        user_uuid: uuid,
        user_name: fullName,
        created: "2026-01-01T00:00:00.000000Z",
        expiration_time: null,
        role_name: name,
        scope_type: scope,
        scope_uuid: scopeUuid,
        scope_name: scopeName(scopeUuid),
      })),
    is_staff: ({ isStaff }) => isStaff || undefined,
    is_support: ({ isSupport }) => isSupport || undefined,
  };
}

/** The columns asked for, in Waldur's order; all of them when none that was asked for is known. */
export function rowOf<T>(columns: Columns<T>, of: T, asked: readonly string[], base: string): Row {
  const names = Object.keys(columns);
  const known = asked.length === 0 ? names : names.filter((name) => asked.includes(name));
  return Object.fromEntries((known.length === 0 ? names : known).map((name) => [name, columns[name]?.(of, base)]));
}
