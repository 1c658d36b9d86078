/** The kinds of notices. */
export const noticeKinds = ["request", "reminder", "digest", "trouble", "decision", "own"] as const;
export type NoticeKind = (typeof noticeKinds)[number];
