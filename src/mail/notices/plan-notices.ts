import type { Recent, WantedRequest } from "../../store/mail/notices.ts";

/** Single mails about requests that somebody gets in ten minutes; what is more comes in one mail. */
const mostSingles = 5;
export const spanSeconds = 600;

/** The plan for requests of which one person is to be told. */
export interface NoticePlan {
  readonly kind: WantedRequest["kind"];
  /** `known`: told of none; `single`: a mail for each; `joined`: one mail for all. */
  readonly as: "known" | "single" | "joined";
  readonly bookingUuids: readonly string[];
}

/**
 * Plans how a person is told of requests: nothing is sent while it is quiet for them, or within ten minutes of a mail that told
 * of several, so that it waits for the next run; what would be more than five mails in ten minutes is one. What they do not want
 * counts as told, so that they are not flooded when they change their mind. `nowAt`: epoch seconds.
 */
export function planNotices(
  wanted: readonly WantedRequest[],
  {
    wants,
    quiet,
    recent,
    nowAt,
  }: {
    readonly wants: (kind: WantedRequest["kind"]) => boolean;
    readonly quiet: boolean;
    readonly recent: Recent | undefined;
    readonly nowAt: number;
  },
): NoticePlan[] {
  const { singles = 0, digestAt = null } = recent ?? {};
  const held = quiet || (digestAt !== null && nowAt - digestAt < spanSeconds);
  return (["request", "reminder"] as const).flatMap((kind): NoticePlan[] => {
    const bookingUuids = wanted.filter((one) => one.kind === kind).map((one) => one.bookingUuid);
    if (bookingUuids.length === 0) return [];
    if (!wants(kind)) return [{ kind, as: "known", bookingUuids }];
    if (held) return [];
    return [
      {
        kind,
        as: bookingUuids.length + singles > mostSingles && bookingUuids.length > 1 ? "joined" : "single",
        bookingUuids,
      },
    ];
  });
}
