import PostalMime from "postal-mime";
import type { Delivery, Envelope, MailTransport } from "../../src/mail/transport.ts";

/** A mail server in memory: keeps what it takes, and answers as it is told. */
export function openPostOffice() {
  const taken: { readonly raw: string; readonly envelope: Envelope }[] = [];
  const office = {
    /** The way in which it takes the next message; null: takes it. `lost`: takes it, and its answer is lost. */
    next: (_envelope: Envelope): Delivery | "lost" | null => null,
    taken,
  };
  const transport: MailTransport = {
    async send(raw, envelope) {
      const fate = office.next(envelope);
      if (fate === null || fate === "lost") taken.push({ raw, envelope });
      if (fate === null) return { result: "sent", answer: "250 OK" };
      return fate === "lost" ? { result: "unclear", answer: "the connection was cut" } : fate;
    },
  };
  return {
    office,
    transport,
    /** Reads what came since the last call. */
    read: async () => Promise.all(taken.splice(0).map(async ({ raw }) => PostalMime.parse(raw))),
  };
}
