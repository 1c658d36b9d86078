/** Returns true when an If-Match field (RFC 9110 13.1.1) lets a change through, by strong comparison; `tag` is null where nothing is. */
export function matchesIfMatch(field: string, tag: string | null): boolean {
  if (tag === null) return false;
  return field.trim() === "*" || listTags(field).includes(tag);
}

/** Returns true when an If-None-Match field (RFC 9110 13.1.2) says that the program has what is there, by weak comparison. */
export function matchesIfNoneMatch(field: string, tag: string): boolean {
  return field.trim() === "*" || listTags(field.replaceAll("W/", "")).includes(tag);
}

/** Characters of a field that are read: more than any program has tags of one object. */
const longest = 4000;

function listTags(field: string): string[] {
  return field
    .slice(0, longest)
    .split(",")
    .map((part) => part.trim());
}
