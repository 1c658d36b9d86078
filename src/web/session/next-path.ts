/** Returns the path to open after signing in: a page of ours, with its query, whatever was asked. */
export function safeNextPath(asked: unknown): string {
  const own = /^\/(?:[a-z0-9][\w-]*(?:\/[\w-]+)*)?(?:\?[\w.*+%=&-]{0,2000})?$/;
  return typeof asked === "string" && own.test(asked) ? asked : "/";
}

/** Returns the path of a request with its query, as `safeNextPath` takes it. */
export function nextPath(url: string): string {
  const { pathname, searchParams } = new URL(url);
  return searchParams.size === 0 ? pathname : `${pathname}?${searchParams.toString()}`;
}
