import type { BookingState } from "../src/calendar/booking.ts";
import type { Action } from "../src/calendar/profile.ts";
import type { SampleBooking } from "../src/demo/bookings.ts";
import { offerings, type Person, projects } from "../src/demo/people.ts";
import type { SampleWaldur } from "../src/demo/sample.ts";

/** Answers a request in Waldur's place: with an answer of its own, with silence, or as Waldur would. */
export type Interference = (request: Request) => Response | "hang" | "cut" | null;

/** One way in which Waldur may answer a decision, and what must come of it. */
export interface WaldurAnswer {
  readonly name: string;
  readonly interfere: (sample: SampleWaldur, booking: SampleBooking, action: Action) => Interference;
  readonly status: number;
  /** Part of the sentence on the page. */
  readonly says: Readonly<Record<Action, string>> | string;
  /** It hangs until nobody waits for it any more. */
  readonly silent?: true;
  /** State of the booking in the end; `wanted`: the one asked for. */
  readonly state: BookingState | "wanted" | "opposite" | "gone";
}

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const html = (status: number): Response =>
  new Response("<h1>Server Error (500)</h1>", { status, headers: { "Content-Type": "text/html" } });
const isDecision = (request: Request): boolean => request.method === "POST";

/** Only the decision itself is answered so. */
function decision(answer: () => ReturnType<Interference>): WaldurAnswer["interfere"] {
  return () => (request) => (isDecision(request) ? answer() : null);
}

/** The decision is taken, but the answer to it does not come back. */
function taken(answer: () => ReturnType<Interference>): WaldurAnswer["interfere"] {
  return (sample, booking, action) => (request) => {
    if (!isDecision(request)) return null;
    sample[action](booking.uuid);
    return answer();
  };
}

const finished = { accept: "Accepted. The booking is confirmed", reject: "Rejected. The time is free again" };
const unchanged = "Nothing was changed; try again in a minute";

/** Every answer of Waldur's own table, and those of what stands between. */
export const waldurAnswers: readonly WaldurAnswer[] = [
  { name: "200", interfere: () => () => null, status: 200, says: finished, state: "wanted" },
  {
    name: "400 with an array",
    interfere: decision(() => json(400, ["Unable to complete action because related order is not found."])),
    status: 409,
    says: "Too early",
    state: "Creating",
  },
  {
    name: "400 of another kind",
    interfere: decision(() => json(400, { detail: "No." })),
    status: 403,
    says: "Waldur refused",
    state: "Creating",
  },
  {
    name: "401 to who-am-I",
    interfere: () => (request) =>
      request.url.includes("/users/me/") ? json(401, { detail: "Token has expired." }) : null,
    status: 401,
    says: "Sign in with a new one",
    state: "Creating",
  },
  {
    name: "401",
    interfere: decision(() => json(401, { detail: "Invalid token." })),
    status: 401,
    says: "Sign in with a new one",
    state: "Creating",
  },
  {
    name: "403",
    interfere: decision(() => json(403, { detail: "You do not have permission to perform this action." })),
    status: 403,
    says: { accept: "this account may not accept", reject: "may reject this booking" },
    state: "Creating",
  },
  {
    name: "404 on the booking",
    interfere: (sample, booking) => {
      sample.unlink(booking.uuid);
      return () => null;
    },
    status: 404,
    says: "does not have this booking any more",
    state: "gone",
  },
  {
    name: "404",
    interfere: decision(() => json(404, { detail: "No Resource matches the given query." })),
    status: 404,
    says: "does not have this booking any more",
    state: "Creating",
  },
  {
    name: "409, decided the same meanwhile",
    interfere: (sample, booking, action) => (request) => {
      if (isDecision(request)) sample[action](booking.uuid);
      return null;
    },
    status: 200,
    says: { accept: "had already been accepted", reject: "had already been rejected" },
    state: "wanted",
  },
  {
    name: "409, decided otherwise meanwhile",
    interfere: (sample, booking, action) => (request) => {
      if (isDecision(request)) sample[action === "accept" ? "reject" : "accept"](booking.uuid);
      return null;
    },
    status: 409,
    says: "decided otherwise",
    state: "opposite",
  },
  {
    name: "409 without a reason",
    interfere: decision(() => json(409, { detail: "Valid states for operation: Creating." })),
    status: 502,
    says: unchanged,
    state: "Creating",
  },
  { name: "429", interfere: decision(() => json(429, {})), status: 502, says: unchanged, state: "Creating" },
  { name: "500", interfere: decision(() => html(500)), status: 502, says: unchanged, state: "Creating" },
  { name: "503", interfere: decision(() => json(503, {})), status: 502, says: unchanged, state: "Creating" },
  { name: "500 after it was done", interfere: taken(() => html(500)), status: 200, says: finished, state: "wanted" },
  { name: "HTML", interfere: decision(() => html(200)), status: 502, says: unchanged, state: "Creating" },
  { name: "HTML after it was done", interfere: taken(() => html(200)), status: 200, says: finished, state: "wanted" },
  {
    name: "a cut connection after it was done",
    interfere: taken(() => "cut"),
    status: 200,
    says: finished,
    state: "wanted",
  },
  {
    name: "a timeout",
    silent: true,
    interfere: decision(() => "hang"),
    status: 504,
    says: "did not say whether it worked",
    state: "Creating",
  },
  {
    name: "a timeout after it was done",
    silent: true,
    interfere: taken(() => "hang"),
    status: 200,
    says: finished,
    state: "wanted",
  },
  {
    name: "a timeout, and silence after it",
    silent: true,
    interfere: () => {
      let asked = false;
      return (request) => {
        asked ||= isDecision(request);
        return isDecision(request) ? "hang" : asked ? "cut" : null;
      };
    },
    status: 504,
    says: "did not say whether it worked",
    state: "Creating",
  },
  { name: "nothing at all", interfere: () => () => "cut", status: 502, says: unchanged, state: "Creating" },
];

/** The sentence of an answer. */
export function sentence({ says }: WaldurAnswer, action: Action): string {
  return typeof says === "string" ? says : says[action];
}

/** Returns the state that the booking must have in the end. */
export function stateAfter({ state }: WaldurAnswer, action: Action): string {
  const wanted = { accept: "OK", reject: "Terminated" } as const;
  if (state === "wanted") return wanted[action];
  return state === "opposite" ? wanted[action === "accept" ? "reject" : "accept"] : state;
}

/**
 * A new request to the first provider. `own`: of the provider's own organisation, which the provider may reject; else of
 * another, which it may only accept.
 */
export function requestTo(
  sample: SampleWaldur,
  {
    own = false,
    description,
    ...change
  }: { own?: boolean; name?: string; description?: string; approved?: boolean; requester?: Person } = {},
): SampleBooking {
  const booking = sample.request(change);
  const project = projects.find(({ customer }) => (customer.uuid === sample.providerUuid) === own);
  Object.assign(booking, { offering: offerings[0], project, ...(description !== undefined && { description }) });
  return booking;
}
