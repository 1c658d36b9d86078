import type { SampleBooking } from "./bookings.ts";
import { category } from "./people.ts";

export type Row = Record<string, unknown>;
/** The columns of a row, each worked out only when it is asked for. */
export type SampleColumns<T> = Readonly<Record<string, (of: T, base: string) => unknown>>;

/** Returns epoch microseconds as Waldur writes them. */
export function micros(value: number): string {
  const whole = new Date(Math.floor(value / 1_000_000) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(value % 1_000_000).padStart(6, "0")}Z`;
}

const seconds = (at: number): string => `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;
const milliseconds = (at: number): string => new Date(at * 1000).toISOString();
export const alwaysNull = (): null => null;
export const no = (): false => false;
export const empty = (): string => "";

/** The columns that a booking and its orders have in common. */
export const requestColumns: SampleColumns<SampleBooking> = {
  offering: ({ offering }, base) => `${base}/api/marketplace-public-offerings/${offering.uuid}/`,
  offering_name: ({ offering }) => offering.name,
  offering_uuid: ({ offering }) => offering.uuid,
  offering_description: () => "Sample offering",
  offering_image: alwaysNull,
  offering_thumbnail: alwaysNull,
  offering_type: () => "Marketplace.Booking",
  offering_terms_of_service: empty,
  offering_shared: () => true,
  offering_billable: () => true,
  offering_plugin_options: () => ({}),
  provider_name: ({ offering }) => offering.customer.name,
  provider_uuid: ({ offering }) => offering.customer.uuid,
  category_title: () => category.title,
  category_uuid: () => category.uuid,
  category_icon: alwaysNull,
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
};

/** A row of `/api/booking-resources/`; the order of columns is Waldur's. */
export const bookingColumns: SampleColumns<SampleBooking> = {
  ...requestColumns,
  uuid: ({ uuid }) => uuid,
  created: ({ createdMicros }) => micros(createdMicros),
  modified: ({ modifiedMicros }) => micros(modifiedMicros),
  url: ({ uuid }, base) => `${base}/api/booking-resources/${uuid}/`,
  scope: alwaysNull,
  description: ({ description }) => description,
  state: ({ state }) => state,
  resource_uuid: alwaysNull,
  backend_id: empty,
  effective_id: empty,
  resource_type: alwaysNull,
  project: ({ project }, base) => `${base}/api/projects/${project.uuid}/`,
  project_uuid: ({ project }) => project.uuid,
  project_name: ({ project }) => project.name,
  project_description: empty,
  project_end_date: alwaysNull,
  project_end_date_requested_by: alwaysNull,
  customer_uuid: ({ project }) => project.customer.uuid,
  customer_name: ({ project }) => project.customer.name,
  backend_metadata: () => ({}),
  is_usage_based: no,
  is_limit_based: no,
  name: ({ name }) => name,
  slug: ({ uuid }) => `sample-${uuid.slice(0, 6)}`,
  current_usages: () => ({}),
  can_terminate: ({ state }) => state === "OK" || state === "Erred",
  report: alwaysNull,
  end_date: alwaysNull,
  end_date_requested_by: alwaysNull,
  username: alwaysNull,
  limit_usage: alwaysNull,
  downscaled: no,
  restrict_member_access: no,
  paused: no,
  endpoints: () => [],
  error_message: ({ errorMessage }) => errorMessage,
  error_traceback: empty,
  offering_customer_uuid: ({ offering }) => offering.customer.uuid,
  options: alwaysNull,
  available_actions: () => [],
  created_by: ({ requester }, base) => `${base}/api/users/${requester.uuid}/`,
  created_by_username: ({ requester }) => requester.username,
  created_by_full_name: ({ requester }) => requester.fullName,
  consumer_reviewed_by: alwaysNull,
  slots: ({ slots }) =>
    slots.map(({ start, end, backendId }) => ({ start: seconds(start), end: seconds(end), backend_id: backendId })),
};

/** Returns the columns asked for, in Waldur's order; all of them when none that was asked for is known. */
export function sampleRow<T>(columns: SampleColumns<T>, of: T, asked: readonly string[], base: string): Row {
  const names = Object.keys(columns);
  const known = asked.length === 0 ? names : names.filter((name) => asked.includes(name));
  return Object.fromEntries((known.length === 0 ? names : known).map((name) => [name, columns[name]?.(of, base)]));
}
