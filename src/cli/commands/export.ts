import { AppError } from "../../errors.ts";
import { option } from "../args.ts";
import { type Command, server } from "../command.ts";
import { exits } from "../exit.ts";
import { readUuidOption } from "../option-values.ts";

const feed = option("feed", "ID", "the calendar that this feed serves");
const provider = option("provider", "UUID", "all bookings of this provider");

export const exportCalendar: Command = {
  name: "export",
  summary: "print a calendar (.ics)",
  operands: [],
  options: [feed, provider, server],
  notes: [
    "Give either --feed or --provider. Without a feed over the provider its bookings are read from Waldur now,",
    "which takes a second or more for every hundred.",
  ],
  async run({ args, runtime, client }) {
    const id = args.value(feed);
    const uuid = args.value(provider);
    if ((id === null) === (uuid === null)) throw new AppError("bad_input", "give either --feed or --provider");
    const path =
      uuid === null ? `/feeds/${encodeURIComponent(id ?? "")}` : `/providers/${readUuidOption("--provider", uuid)}`;
    runtime.stdout(await (await client()).text(`${path}/calendar.ics`));
    return exits.ok;
  },
};
