/**
 * `/robots.txt` (RFC 9309). Feeds are open because Google's calendar importer obeys it; all else is closed. The open path
 * comes first for readers that take the first matching rule instead of the longest.
 */
export const robotsText = `User-agent: *
Allow: /f/
Disallow: /a/
Disallow: /h/
Disallow: /
`;
