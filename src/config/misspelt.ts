import { nearest } from "./nearest.ts";

/** Returns a sentence about a variable that is no setting, for one that looks like it; null for what other programs use. */
export function describeUnknown(name: string, names: readonly string[]): string | null {
  if (isOfKubernetes(name)) return null;
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

/** Returns true for what Kubernetes and Docker tell of a service beside this one, such as `WALDUR_CALENDAR_SERVICE_HOST`. */
function isOfKubernetes(name: string): boolean {
  return /_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/.test(name);
}

function isOfWaldur(name: string): boolean {
  return /^WALDUR_/i.test(name);
}
