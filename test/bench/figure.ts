/** One figure of the project: what was measured beside what was promised. */
export interface Figure {
  readonly name: string;
  readonly measured: number;
  readonly unit: "×" | "MB" | "kB" | "requests" | "sockets";
  readonly bound: { readonly least: number } | { readonly most: number };
  /** What lies behind the number, for the reader. */
  readonly about: string;
}

export function isMet({ measured, bound }: Figure): boolean {
  return "least" in bound ? measured >= bound.least : measured <= bound.most;
}

/** A line of the report: name, measured, bound, verdict, and what lies behind. */
export function lineOf(figure: Figure): string {
  const { name, measured, unit, bound, about } = figure;
  const asked = "least" in bound ? `>= ${bound.least}` : `<= ${bound.most}`;
  const verdict = isMet(figure) ? "met" : "missed";
  return [
    name.padEnd(50),
    `${measured.toFixed(2)} ${unit}`.padStart(14),
    `${asked} ${unit}`.padStart(14),
    verdict.padEnd(6),
    about,
  ].join("  ");
}
