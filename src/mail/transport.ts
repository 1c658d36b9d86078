/** The sender and the recipients of a message on its way (RFC 5321 3.3), whatever its fields say. */
export interface Envelope {
  /** "": none, so that nothing comes back (RFC 5321 4.5.5). */
  readonly from: string;
  readonly to: string;
}

/**
 * The outcome of a message. `sent`: the server took it; `refused`: it did not, for ever (5xx) or for now; `unclear`: the
 * message was handed over and no answer came; `unreachable`: there is no server to talk to.
 */
export type Delivery =
  | { readonly result: "sent"; readonly answer: string }
  | {
      readonly result: "refused";
      readonly forEver: boolean;
      /** For what it says, not for where it goes: nothing else need wait for it. */
      readonly itself?: boolean;
      readonly answer: string;
      /** Seconds after which the server wants to be asked again. */
      readonly retryAfter?: number | null;
    }
  | { readonly result: "unclear" | "unreachable"; readonly answer: string };

/** The way out for mail. Never rejects. */
export interface MailTransport {
  /** True where a message may leave from no address but that of its From: reports on it then go to whoever runs the way out. */
  readonly fromAuthor?: boolean;
  /** `raw`: as `composeMessage` writes it. */
  send(raw: string, envelope: Envelope): Promise<Delivery>;
}
