import { type SampleBooking, seedBookings, seeded } from "./bookings.ts";
import { type ParameterErrors, filterBookings, filterOrders, orderBookings, type Version } from "./filters.ts";
import { hookBody } from "./hook.ts";
import { Life, type SampleAnswer } from "./life.ts";
import { offerings, organisations, people, type Person, type RoleName, roles, tokens } from "./people.ts";
import { offeringColumns, providerColumns, userColumns } from "./directory.ts";
import { orderColumns, type OrderOf, ordersOf } from "./orders.ts";
import { bookingColumns, sampleRow } from "./rows.ts";

export interface SampleOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Around which moment the bookings lie, epoch seconds; the same moment and seed give the same sample. */
  readonly begunAt: number;
  readonly bookings: number;
  /** Address it is reached under, without slash at its end. */
  readonly baseUrl: string;
  readonly seed?: number;
  readonly version?: Version;
  /** Gets what a web hook of staff for all events is sent. */
  readonly hook?: (body: string) => void;
}

/** A Waldur made up: its HTTP side, and what a test or the demonstration can make happen in it. */
export interface SampleWaldur extends Pick<
  Life,
  | "bookings"
  | "find"
  | "request"
  | "approve"
  | "writeSlots"
  | "accept"
  | "reject"
  | "terminate"
  | "rename"
  | "saveAll"
  | "moveSlot"
  | "unlink"
  | "restore"
  | "step"
> {
  fetch(request: Request): Promise<Response>;
  readonly tokens: Readonly<Record<RoleName, string>>;
  /** Organisation of the provider that `providerOwner` owns. */
  readonly providerUuid: string;
  /** Makes the person an owner of that organisation as well. */
  grantRole(role: RoleName, organisation: string): void;
  /** Takes every role from the person, or only that of staff; `giveBack` makes everything as it was. */
  revokeRole(role: RoleName, of?: "staff"): void;
  giveBack(role: RoleName): void;
  /** The user may not come in any more; `activate` takes that back. */
  deactivate(role: RoleName): void;
  activate(role: RoleName): void;
  /** The token has run out; `renewToken` makes it good again. */
  expireToken(role: RoleName): void;
  renewToken(role: RoleName): void;
}

const mostOnPage = 300;
const ofDjango = { Vary: "Accept-Language, Cookie", "Content-Language": "en" };

/** Makes a sample Waldur. */
export function sampleWaldur(options: SampleOptions): SampleWaldur {
  const { now, begunAt, baseUrl, version = "7.0" } = options;
  const random = seeded(options.seed ?? 1);
  const life = new Life(seedBookings(options.bookings, begunAt, random), random, now, (type, booking) =>
    options.hook?.(hookBody(type, booking, now())),
  );
  const persons: Record<RoleName, Person> = { ...people };
  const inactive = new Set<RoleName>();
  const expired = new Set<RoleName>();

  function answer(request: Request): Response {
    const url = new URL(request.url);
    const { method } = request;
    const allow = allowOf(url.pathname);
    if (allow === null) return html(404, "<h1>Not Found</h1>");
    if (!url.pathname.endsWith("/")) {
      return new Response(null, {
        status: 301,
        headers: {
          Location: `${url.pathname}/${url.search}`,
          "Content-Type": "text/html; charset=utf-8",
          ...ofDjango,
        },
      });
    }
    const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
      new Response(method === "HEAD" || body === null ? null : JSON.stringify(body), {
        status,
        headers: {
          "Content-Type": "application/json",
          Date: new Date(now()).toUTCString(),
          Allow: allow,
          "X-Frame-Options": "DENY",
          ...ofDjango,
          ...headers,
        },
      });
    const accept = request.headers.get("Accept") ?? "*/*";
    if (!/\*\/\*|application\/\*|application\/json/.test(accept)) {
      return json(406, { detail: "Could not satisfy the request Accept header." });
    }
    if (!["json", null].includes(url.searchParams.get("format"))) return json(404, { detail: "Not found." });
    const path = url.pathname.slice(0, -1);
    if (path === "/api/configuration") return json(200, configuration);
    const role = whoIs(request.headers.get("Authorization"));
    if (typeof role === "object" && path !== "/api/marketplace-service-providers") {
      return json(401, role, { "WWW-Authenticate": "Token" });
    }
    if (!allow.split(", ").includes(method) || (method === "POST" && !/\/(?:accept|reject)$/.test(path))) {
      return json(405, { detail: `Method "${method}" not allowed.` });
    }
    const asked = url.searchParams.getAll("field");
    if (path === "/api/marketplace-service-providers") {
      const customer = url.searchParams.get("customer_uuid")?.replaceAll("-", "");
      const providers = organisations.filter(
        ({ providerUuid, uuid }) => providerUuid !== null && (customer === undefined || uuid === customer),
      );
      return page(providers, (one) => sampleRow(providerColumns(typeof role === "string"), one, asked, baseUrl));
    }
    const person = persons[typeof role === "string" ? role : "outsider"];
    switch (path) {
      case "/api/users/me": {
        const columns = userColumns(typeof role === "string" ? role : "outsider");
        return json(200, sampleRow(columns, person, asked, baseUrl));
      }
      case "/api/marketplace-provider-offerings": {
        const customer = url.searchParams.get("customer_uuid");
        const seen = offerings.filter(
          (offering) =>
            (person.isStaff === true || person.isSupport === true || isManager(person, offering.customer.uuid)) &&
            (customer === null || offering.customer.uuid === customer.replaceAll("-", "")),
        );
        return page(seen, (one) => sampleRow(offeringColumns, one, asked, baseUrl));
      }
      case "/api/booking-resources":
        return listBookings();
      case "/api/marketplace-orders":
        return listOrders();
    }
    return oneBooking();

    function listBookings(): Response {
      const { tests, faults } = filterBookings(url.searchParams, version);
      const order = orderBookings(url.searchParams);
      if (order === "broken") return html(500, "<h1>Server Error (500)</h1>");
      const all: ParameterErrors = { ...faults, ...order.faults };
      if (Object.keys(all).length > 0) return json(400, all);
      const seen = life.bookings.filter((booking) => maySee(person, booking) && tests.every((test) => test(booking)));
      const sorted = order.compare === null ? seen : seen.toSorted(order.compare);
      return page(sorted, (booking) => sampleRow(bookingColumns, booking, asked, baseUrl));
    }

    function listOrders(): Response {
      const { tests, faults } = filterOrders(url.searchParams, version);
      if (Object.keys(faults).length > 0) return json(400, faults);
      const seen: OrderOf[] = [];
      for (const booking of life.bookings) {
        if (!maySee(person, booking) && !consumes(person, booking)) continue;
        for (const order of booking.orders) {
          const one = { order, booking };
          if (tests.every((test) => test(one))) seen.push(one);
        }
      }
      seen.sort((a, b) => a.order.createdMicros - b.order.createdMicros);
      return page(seen, (one) => sampleRow(orderColumns, one, asked, baseUrl));
    }

    function oneBooking(): Response {
      const [, uuid = "", action] = /^\/api\/booking-resources\/([^/]+)(?:\/(accept|reject))?$/.exec(path) ?? [];
      const booking = life.find(uuid.replaceAll("-", "").toLowerCase());
      if (booking === undefined || !maySee(person, booking)) {
        return json(404, { detail: "No Resource matches the given query." });
      }
      if (action === undefined) {
        const row = sampleRow(bookingColumns, booking, asked, baseUrl);
        const whole = !asked.some((name) => name in bookingColumns);
        return json(200, { ...row, ...(whole && ordersOf(booking, baseUrl)) });
      }
      const { status, body } = decide(person, booking, action === "accept" ? "accept" : "reject");
      return json(status, body);
    }

    function page<T>(items: readonly T[], row: (item: T) => unknown): Response {
      const size = pageSizeOf(url.searchParams.get("page_size"));
      const last = Math.max(1, Math.ceil(items.length / size));
      const wanted = url.searchParams.get("page") ?? "1";
      const number = wanted === "last" ? last : Number(wanted);
      if (!Number.isInteger(number) || number < 1 || number > last) return json(404, { detail: "Invalid page." });
      const rows = items.slice((number - 1) * size, number * size);
      const link = (rel: string, to: number): string => {
        const query = new URLSearchParams(url.searchParams);
        query.delete("page");
        if (to > 1) query.set("page", String(to));
        query.sort();
        return `<${baseUrl}${url.pathname}${query.size === 0 ? "" : "?"}${query.toString()}>; rel="${rel}"`;
      };
      const links = [
        link("first", 1),
        ...(number > 1 ? [link("prev", number - 1)] : []),
        ...(number < last ? [link("next", number + 1)] : []),
        link("last", last),
      ];
      return json(200, method === "HEAD" ? null : rows.map(row), {
        "X-Result-Count": String(items.length),
        Link: links.join(", "),
      });
    }
  }

  /** The role behind a token, or why there is none. */
  function whoIs(header: string | null): RoleName | { detail: string } {
    if (/^Token \S+ +\S/.test(header ?? ""))
      return { detail: "Invalid token. Token string should not contain spaces." };
    const shown = /^Token (\S+)$/.exec(header ?? "")?.[1];
    if (header === "Token" || header === "Token ") return { detail: "Invalid token. No credentials provided." };
    if (shown === undefined) return { detail: "Authentication credentials were not provided." };
    const role = roles.find((name) => tokens[name] === shown);
    if (role === undefined) return { detail: "Invalid token." };
    if (inactive.has(role)) return { detail: "User inactive or deleted." };
    return expired.has(role) ? { detail: "Token has expired." } : role;
  }

  function decide(person: Person, booking: SampleBooking, action: "accept" | "reject"): SampleAnswer {
    const forbidden = { status: 403, body: { detail: "You do not have permission to perform this action." } };
    const ofConsumer = isManager(person, booking.project.customer.uuid);
    const ofProvider = isManager(person, booking.offering.customer.uuid);
    if (action === "accept") {
      return person.isStaff === true || ofConsumer || ofProvider ? life.accept(booking.uuid) : forbidden;
    }
    // Where nothing executes Waldur finds no order to ask the permission of, and goes on.
    const asksPermission = booking.orders[0].state === "executing";
    const may = person.isStaff === true || ofConsumer || booking.requester.uuid === person.uuid;
    return may || !asksPermission ? life.reject(booking.uuid) : forbidden;
  }

  return {
    bookings: life.bookings,
    find: (uuid) => life.find(uuid),
    request: (change) => life.request(change),
    approve: (uuid) => life.approve(uuid),
    writeSlots: (uuid) => life.writeSlots(uuid),
    accept: (uuid) => life.accept(uuid),
    reject: (uuid) => life.reject(uuid),
    terminate: (uuid) => life.terminate(uuid),
    rename: (uuid, name) => life.rename(uuid, name),
    saveAll: () => life.saveAll(),
    moveSlot: (uuid, seconds, index) => life.moveSlot(uuid, seconds, index),
    unlink: (uuid) => life.unlink(uuid),
    restore: (booking) => life.restore(booking),
    step: () => life.step(),
    fetch: async (request) => answer(request),
    tokens,
    providerUuid: offerings[0]?.customer.uuid ?? "",
    grantRole(role, uuid) {
      const { grants } = persons[role];
      persons[role] = { ...persons[role], grants: [...grants, { role: "CUSTOMER.OWNER", scope: "customer", uuid }] };
    },
    revokeRole(role, of) {
      const { grants } = persons[role];
      persons[role] = { ...persons[role], grants: of === "staff" ? grants : [], isStaff: false };
    },
    giveBack: (role) => void (persons[role] = people[role]),
    deactivate: (role) => void inactive.add(role),
    activate: (role) => void inactive.delete(role),
    expireToken: (role) => void expired.add(role),
    renewToken: (role) => void expired.delete(role),
  };
}

const configuration = {
  WALDUR_CORE: { HOMEPORT_URL: "https://homeport.example.org/", SITE_NAME: "Sample Waldur", BRAND_COLOR: "#3a8500" },
};

/** Returns what the path allows; null for one that is not there. */
function allowOf(path: string): string | null {
  if (
    /^\/api\/(?:booking-resources|marketplace-orders|marketplace-service-providers|marketplace-provider-offerings)\/?$/.test(
      path,
    )
  ) {
    return "GET, POST, HEAD, OPTIONS";
  }
  if (/^\/api\/configuration\/?$/.test(path)) return "GET, OPTIONS";
  if (/^\/api\/users\/me\/?$/.test(path)) return "GET, HEAD, OPTIONS";
  if (/^\/api\/booking-resources\/[^/]+\/?$/.test(path)) return "GET, PUT, PATCH, DELETE, HEAD, OPTIONS";
  return /^\/api\/booking-resources\/[^/]+\/(?:accept|reject)\/?$/.test(path) ? "POST, OPTIONS" : null;
}

function html(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8", "X-Frame-Options": "DENY", ...ofDjango },
  });
}

/** Returns the size of a page: 10 unless a number from 1 on is asked for; at most 300. */
function pageSizeOf(asked: string | null): number {
  const size = asked !== null && /^\d+$/.test(asked) ? Number(asked) : 0;
  return size < 1 ? 10 : Math.min(size, mostOnPage);
}

function isManager(person: Person, customerUuid: string): boolean {
  return person.grants.some(
    ({ role, uuid }) => (role === "CUSTOMER.OWNER" || role === "CUSTOMER.MANAGER") && uuid === customerUuid,
  );
}

/** Returns what the person may see: staff all; others the bookings of offerings they manage, and those they made. */
function maySee(person: Person, { offering, requester }: SampleBooking): boolean {
  return person.isStaff === true || isManager(person, offering.customer.uuid) || requester.uuid === person.uuid;
}

/** Orders show to the whole consumer side, other than bookings. */
function consumes(person: Person, { project }: SampleBooking): boolean {
  return isManager(person, project.customer.uuid) || person.grants.some(({ uuid }) => uuid === project.uuid);
}
