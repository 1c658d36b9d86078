/**
 * The folder of the package, on Node. This file stays where it is: `src`, and `dist` in which everything lies in one file,
 * are both right below that folder.
 */
export const packageFolder = `${import.meta.dirname}/..`;
