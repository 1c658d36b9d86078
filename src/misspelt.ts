import { nearest } from "./nearest.ts";

/** Returns a sentence about a variable that is no setting, for one that looks like it; null for what other programs use. */
export function describeUnknown(name: string, names: readonly string[]): string | null {
  const meant = meantBy(name.toUpperCase(), names);
  if (meant !== null) return `${name}: is no setting; did you mean ${meant}?`;
  return isOfWaldur(name) ? `${name}: is no setting, and is ignored` : null;
}

/** Returns the setting that a name was probably to be; null when it is like none. */
function meantBy(name: string, names: readonly string[]): string | null {
  // Short names are near to much that other programs use: HOME to HOST.
  const near = name.length < 8 ? null : nearest(name, names, 2);
  if (near !== null || !isOfWaldur(name)) return near;
  // What other programs call these two: WALDUR_URL, WALDUR_HOST, WALDUR_TOKEN.
  if (/URL|HOST|ADDRESS|SERVER|ENDPOINT|API$/.test(name)) return "WALDUR_API_URL";
  return /TOKEN|KEY|SECRET/.test(name) ? "WALDUR_API_TOKEN" : null;
}

function isOfWaldur(name: string): boolean {
  return /^WALDUR_/i.test(name);
}
