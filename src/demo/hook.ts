import type { SampleBooking } from "./bookings.ts";
import { micros } from "./rows.ts";

/** Types of Waldur's events about bookings, as a hook names those it is sent. */
export type EventType =
  | "marketplace_resource_create_requested"
  | "marketplace_order_approved"
  | "marketplace_resource_create_succeeded"
  | "marketplace_resource_create_canceled"
  | "marketplace_resource_terminate_succeeded"
  | "marketplace_resource_update_succeeded";

/** Returns what Waldur posts to a web hook: nothing in it proves who sent it. `nowMs` is epoch milliseconds. */
export function hookBody(
  type: EventType,
  { uuid, name, offering, project, orders }: SampleBooking,
  nowMs: number,
): string {
  const resource = {
    resource_uuid: uuid,
    resource_name: name,
    offering_uuid: offering.uuid,
    offering_name: offering.name,
    project_uuid: project.uuid,
    customer_uuid: project.customer.uuid,
  };
  return JSON.stringify({
    created: micros(nowMs * 1000),
    message: `Booking ${name}: ${type}.`,
    context: type === "marketplace_order_approved" ? { order_uuid: orders[0].uuid, ...resource } : resource,
    event_type: type,
  });
}
