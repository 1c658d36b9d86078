const widest = 48;
const gap = "  ";

/**
 * Rows as lines of aligned columns under upper-case heads, each line ended; no rows: just the heads. A cell is cleaned of
 * what would move the cursor or turn the line around, and cut at 48 columns except in the last column.
 */
export function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return alignColumns([heads.map((head) => head.toUpperCase()), ...rows]);
}

/** Names and values, one pair a line; pairs whose value is null are left out. */
export function formatPairs(pairs: readonly (readonly [string, string | null])[]): string {
  return alignColumns(pairs.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

/** The columns a text takes on a terminal: 2 for wide East Asian characters and emoji, 0 for combining marks. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) width += wide.test(segment) ? 2 : narrow(segment);
  return width;
}

// UAX #11, coarsely: Hangul, CJK, kana, full-width forms; and what shows as an emoji picture.
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u;

function narrow(segment: string): number {
  return /^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(segment) ? 0 : 1;
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell, index) => (index === row.length - 1 ? clean(cell) : cut(clean(cell)))),
  );
  const widths: number[] = [];
  for (const row of cells) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  }
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, index) => pad(cell, widths[index] ?? 0))
          .join(gap)
          .trimEnd()}\n`,
    )
    .join("");
}

/** Control characters could send the terminal commands; bidirectional overrides could make one cell look like another. */
function clean(text: string): string {
  return text
    .replace(/\s+/gu, " ")
    .replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")
    .trim();
}

function cut(text: string): string {
  if (widthOf(text) <= widest) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (widthOf(kept) + widthOf(segment) > widest - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
