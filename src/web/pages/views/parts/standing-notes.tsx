import type { FC } from "hono/jsx";
import type { Viewer } from "../../../../account/access.ts";
import type { Language } from "../../../../calendar/profile.ts";
import { texts } from "../../../../text/index.ts";
import type { Times } from "../../../../text/times.ts";
import { Note } from "./field.tsx";

interface Props {
  readonly language: Language;
  readonly viewer: Viewer;
  readonly times: Times;
  readonly nowAt: number;
}

/** Faults of the service, for its operator. */
export const Complaints: FC<{ complaints: readonly string[] }> = ({ complaints }) => (
  <>
    {complaints.map((text) => (
      <Note tone="bad">{text}</Note>
    ))}
  </>
);

const daySeconds = 86_400;

/** The end of the viewer's token, if it has one; with `loud` only what somebody has to do now. */
export const TokenNote: FC<Props & { loud?: boolean }> = ({ language, viewer, times, nowAt, loud = false }) => {
  const words = texts[language].calendars;
  const { refusedAt, tokenExpiresAt, tokenLifetime } = viewer.account;
  if (viewer.operator) return null;
  if (refusedAt !== null) {
    return (
      <Note tone="bad">
        {words.refused(times.moment(refusedAt))} <a href="/sign-in">{words.signInAgain}</a>
      </Note>
    );
  }
  if (tokenLifetime !== null)
    return loud ? null : <p class="quiet">{words.sliding(durationText(tokenLifetime, language))}</p>;
  if (tokenExpiresAt === null) return null;
  const soon = tokenExpiresAt - nowAt < 14 * daySeconds;
  const text = words.expires(times.moment(tokenExpiresAt));
  if (soon) return <Note tone="wait">{text}</Note>;
  return loud ? null : <p class="quiet">{text}</p>;
};

function durationText(seconds: number, language: Language): string {
  const words = texts[language].calendars;
  if (seconds >= 2 * daySeconds) return words.days(Math.floor(seconds / daySeconds));
  return seconds >= 3600
    ? words.hours(Math.floor(seconds / 3600))
    : words.minutes(Math.max(1, Math.floor(seconds / 60)));
}
