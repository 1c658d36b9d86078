import type { SampleBooking } from "../../../src/demo/bookings.ts";
import { orderColumns } from "../../../src/demo/orders.ts";
import { bookingColumns, sampleRow } from "../../../src/demo/rows.ts";
import { sampleWaldur } from "../../../src/demo/sample.ts";
import type { Fetch } from "../../../src/deps.ts";
import { listen } from "../../../src/node/open.ts";
import { tell } from "./child.ts";

const pageSize = 300;

/**
 * Returns a sample Waldur whose provider has exactly so many bookings. Pages are cut from the list here: the sample itself
 * goes through every booking for each page, and large lists would cost more than their size.
 */
export function bigWaldur(count: number, begunAt: number, baseUrl: string): Fetch {
  const now = (): number => begunAt * 1000;
  // At least three of four bookings are the provider's.
  const sample = sampleWaldur({ now, begunAt, bookings: Math.ceil((count * 4) / 3) + 8, baseUrl });
  const own = sample.bookings.filter(({ offering }) => offering.customer.uuid === sample.providerUuid).slice(0, count);
  if (own.length < count) throw new Error(`the sample has only ${own.length} bookings of its provider`);
  const rowsOf = {
    "/api/booking-resources/": (booking: SampleBooking, fields: readonly string[]) =>
      sampleRow(bookingColumns, booking, fields, baseUrl),
    "/api/marketplace-orders/": (booking: SampleBooking, fields: readonly string[]) =>
      sampleRow(orderColumns, { booking, order: booking.orders[0] }, fields, baseUrl),
  };
  return async (request) => {
    const url = new URL(request.url);
    const row = Object.entries(rowsOf).find(([path]) => path === url.pathname)?.[1];
    if (row === undefined) return sample.fetch(request);
    const since = Date.parse(url.searchParams.get("modified") ?? "1970-01-01") * 1000;
    const states = url.searchParams.getAll("state");
    const isAsked = ({ modifiedMicros, state }: SampleBooking): boolean =>
      modifiedMicros >= since && (states.length === 0 || states.includes(state));
    const listed = own.filter(isAsked);
    const fields = url.searchParams.getAll("field");
    const page = Number(url.searchParams.get("page") ?? 1);
    const size = Number(url.searchParams.get("page_size") ?? pageSize);
    const rows = listed.slice((page - 1) * size, page * size).map((booking) => row(booking, fields));
    url.searchParams.set("page", String(page + 1));
    const link = page * size < listed.length ? `<${url.href}>; rel="next"` : `<${url.href}>; rel="last"`;
    const headers = { "X-Result-Count": String(listed.length), Link: link, Date: new Date(now()).toUTCString() };
    return Response.json(rows, { headers });
  };
}

/** Serves such a Waldur on a port, in a process whose memory is not counted. */
export async function serveWaldur(count: number): Promise<void> {
  const baseUrl = "http://127.0.0.1";
  const answer = bigWaldur(count, Math.floor(Date.now() / 1000), baseUrl);
  const { port } = await listen(answer, { host: "127.0.0.1", port: 0 });
  tell({ port });
}
