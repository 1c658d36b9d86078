/** A sentence for a person, and its colour: `wait` asks for patience, `bad` for somebody to act. */
export interface Notice {
  readonly tone: "good" | "wait" | "bad";
  readonly text: string;
}
