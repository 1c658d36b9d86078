/** One figure of the project: the measured value and the promised bound. */
export interface Figure {
  readonly name: string;
  readonly measured: number;
  readonly unit: "×" | "%" | "MB" | "kB" | "requests" | "sockets" | "";
  readonly bound: { readonly least: number } | { readonly most: number };
  /** The measurements behind the number, for the reader. */
  readonly about: string;
}

/** Returns true when the measured value keeps to its bound. */
export function isMet({ measured, bound }: Figure): boolean {
  return "least" in bound ? measured >= bound.least : measured <= bound.most;
}

/** Returns a line of the report: name, measured value, bound, verdict, and the measurements behind. */
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
