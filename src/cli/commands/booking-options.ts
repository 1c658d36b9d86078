import { bookingParameters as table, type Parameter } from "../../waldur/parameters.ts";
import { option, type Option, repeatable } from "../args.ts";

/** The options for every parameter of Waldur's `GET /api/booking-resources/`; those with several values may repeat. */
export const bookingParameters: readonly Option[] = Object.entries<Parameter>(table)
  .map(([name, { kind, many, help }]) => (many === undefined ? option : repeatable)(name, kind.toUpperCase(), help))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1));
