/** Rows as the JSON parameters of as few statements as D1's limits allow. */
export interface Chunks {
  /** Texts of JSON arrays: `INSERT … SELECT value->>'$.column' FROM json_each(?1) WHERE true ON CONFLICT …`. */
  readonly chunks: readonly string[];
  /** Indices of rows that are too large by themselves and are in no chunk. */
  readonly tooLarge: readonly number[];
}

/**
 * Splits rows into JSON arrays of at most `maxBytes` UTF-8 bytes and `maxRows` rows each, in their order.
 * D1 takes 100 parameters a statement and 2,000,000 bytes a text or row; the default leaves room for a stored row's other columns.
 */
export function chunkRows(rows: readonly object[], maxBytes = 900_000, maxRows = Number.POSITIVE_INFINITY): Chunks {
  const encoder = new TextEncoder();
  const chunks: string[] = [];
  const tooLarge: number[] = [];
  let parts: string[] = [];
  let bytes = 1;
  const close = () => {
    if (parts.length > 0) chunks.push(`[${parts.join(",")}]`);
    parts = [];
    bytes = 1;
  };
  for (const [index, row] of rows.entries()) {
    const json = JSON.stringify(row);
    // Each row brings its comma or the closing bracket.
    const size = encoder.encode(json).length + 1;
    if (1 + size > maxBytes) {
      tooLarge.push(index);
      continue;
    }
    if (bytes + size > maxBytes || parts.length >= maxRows) close();
    parts.push(json);
    bytes += size;
  }
  close();
  return { chunks, tooLarge };
}
