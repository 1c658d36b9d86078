import { withDeadline } from "../../lib/deadline.ts";

/** Work under way, shared by all who want its outcome. */
export interface SingleFlight<T> {
  /**
   * The outcome of the work of that key: of the one under way, else of `start`, begun now.
   * Workers cut the work of a request whose client left, so that it never ends: after `patience` a waiting caller begins anew.
   */
  join(key: string, start: () => Promise<T>, patience: () => AbortSignal): Promise<T>;
}

/** No work under way yet. */
export function makeSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Promise<T>>();
  const begin = (key: string, start: () => Promise<T>): Promise<T> => {
    const flight = start();
    flights.set(key, flight);
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.then(land, land);
    return flight;
  };
  return {
    async join(key, start, patience) {
      const flight = flights.get(key);
      if (flight === undefined) return begin(key, start);
      const signal = patience();
      try {
        return await withDeadline(flight, () => signal);
      } catch (error) {
        if (!signal.aborted) throw error;
        return begin(key, start);
      }
    },
  };
}
