import manifest from "../package.json" with { type: "json" };

/** The version of this program. */
export const { version } = manifest;

/** The name and version under which this program asks other servers (RFC 9110 10.1.5). */
export const userAgent = `waldur-calendar/${version}`;
