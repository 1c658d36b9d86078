import type { Runtime } from "./runtime.ts";

/** One line on a terminal that says how far something is; says nothing where nobody watches. */
export interface Progress {
  readonly show: (text: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

export function showProgress({ isTerminal, stderr }: Pick<Runtime, "isTerminal" | "stderr">): Progress {
  const startOfLine = "\r\u001b[K";
  if (!isTerminal) return { show() {}, end() {} };
  return { show: (text) => stderr(`${startOfLine}${text}`), end: () => stderr(startOfLine) };
}
