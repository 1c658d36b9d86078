import type { SampleBooking, SampleOrder } from "./bookings.ts";
import { category, people } from "./people.ts";
import { type SampleColumns, empty, micros, no, alwaysNull, requestColumns, type Row } from "./rows.ts";

export interface OrderOf {
  readonly order: SampleOrder;
  readonly booking: SampleBooking;
}

const isReviewed = ({ order }: OrderOf): boolean => order.state !== "pending-consumer";
const free = (): number => 0;

const shared = Object.fromEntries(
  Object.entries(requestColumns).map(([name, read]) => [
    name,
    ({ booking }: OrderOf, base: string) => read(booking, base),
  ]),
);

/** A row of `/api/marketplace-orders/`; the order of columns is Waldur's. */
export const orderColumns: SampleColumns<OrderOf> = {
  ...shared,
  uuid: ({ order }) => order.uuid,
  created: ({ order }) => micros(order.createdMicros),
  modified: ({ order }) => micros(order.modifiedMicros),
  type: ({ order }) => order.type,
  resource_uuid: alwaysNull,
  resource_type: alwaysNull,
  resource_name: ({ booking }) => booking.name,
  cost: () => "0.0000000000",
  state: ({ order }) => order.state,
  output: empty,
  marketplace_resource_uuid: ({ booking }) => booking.uuid,
  error_message: empty,
  callback_url: alwaysNull,
  consumer_reviewed_by: (one) => (isReviewed(one) ? people.consumerOwner.username : null),
  consumer_reviewed_by_full_name: (one) => (isReviewed(one) ? people.consumerOwner.fullName : undefined),
  consumer_reviewed_at: ({ order, booking }) => (isReviewed({ order, booking }) ? micros(order.createdMicros) : null),
  provider_reviewed_at: alwaysNull,
  created_by_full_name: ({ booking }) => booking.requester.fullName,
  created_by_civil_number: alwaysNull,
  customer_name: ({ booking }) => booking.project.customer.name,
  customer_uuid: ({ booking }) => booking.project.customer.uuid,
  customer_slug: ({ booking }) => `sample-${booking.project.customer.uuid.slice(3, 7)}`,
  project_name: ({ booking }) => booking.project.name,
  project_uuid: ({ booking }) => booking.project.uuid,
  project_description: empty,
  project_slug: ({ booking }) => `sample-${booking.project.uuid.slice(3, 7)}`,
  new_plan_name: () => "Standard",
  new_plan_uuid: () => category.uuid,
  old_cost_estimate: free,
  new_cost_estimate: free,
  can_terminate: no,
  fixed_price: free,
  activation_price: free,
  termination_comment: alwaysNull,
  backend_id: empty,
  issue: alwaysNull,
};

/** Returns what only the retrieval of a booking tells, and only when no column was asked for. */
export function ordersOf(booking: SampleBooking, base: string): Row {
  const row = (order: SampleOrder): Row =>
    Object.fromEntries(Object.entries(orderColumns).map(([name, read]) => [name, read({ order, booking }, base)]));
  const inProgress = booking.orders.find(({ state }) => state === "executing" || state.startsWith("pending-"));
  return {
    order_in_progress: inProgress === undefined ? null : row(inProgress),
    creation_order: row(booking.orders[0]),
  };
}
