/** Names of kinds of servers, and what to do before signing in to one, by id; English ones stand with the presets. */
export const presets: {
  readonly names: Readonly<Record<string, string>>;
  readonly hints: Readonly<Record<string, string>>;
} = { names: {}, hints: {} };
