/**
 * `/robots.txt` (RFC 9309). Feeds are open: Google's calendar importer obeys it. All else is closed, decision links above
 * all. The open path comes first for readers that take the first rule that fits instead of the longest.
 */
export const robotsText = `User-agent: *
Allow: /f/
Disallow: /a/
Disallow: /
`;
