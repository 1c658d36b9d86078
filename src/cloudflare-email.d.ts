/** The part of the runtime's module that is used: a raw message for the `send_email` binding. */
declare module "cloudflare:email" {
  export const EmailMessage: new (from: string, to: string, raw: string) => object;
}
