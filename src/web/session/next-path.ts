/** Returns the path to open after signing in: a page of ours, whatever was asked. */
export function safeNextPath(asked: unknown): string {
  return typeof asked === "string" && /^\/(?:[a-z0-9][\w-]*(?:\/[\w-]+)*)?$/.test(asked) ? asked : "/";
}
