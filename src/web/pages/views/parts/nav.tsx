import type { FC } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import type { Viewer } from "../../../../account/access.ts";
import { nonceField } from "../../../request/forms.ts";
import { texts } from "../../../../text/index.ts";
import { personName } from "../../../../account/person-name.ts";

/** Links of every page. */
const places = [
  { path: "/", word: "requests" },
  { path: "/schedule/week", word: "schedule" },
  { path: "/calendars", word: "calendars" },
  { path: "/history", word: "history" },
  { path: "/notices", word: "notices" },
] as const;

/** Returns true when the page at this path belongs to the place. */
function isAt(place: string, path: string): boolean {
  const [, folder = ""] = place.split("/");
  return place === path || (folder !== "" && path.startsWith(`/${folder}/`));
}

/** Returns the name of the viewer. */
function viewerName({ account, operator }: Viewer, language: Language): string {
  return operator ? texts[language].common.operator : personName(account);
}

/** The header of every page of a viewer. */
export const Nav: FC<{ language: Language; viewer: Viewer; nonce: string; path: string }> = ({
  language,
  viewer,
  nonce,
  path,
}) => {
  const words = texts[language].common;
  return (
    <div class="top-right">
      <nav aria-label={words.navigation}>
        {places.map((place) => (
          <a href={place.path} aria-current={isAt(place.path, path) ? "page" : undefined}>
            {words[place.word]}
          </a>
        ))}
      </nav>
      <form method="post" action="/sign-out" class="inline">
        <input type="hidden" name={nonceField} value={nonce} />
        <span>{viewerName(viewer, language)}</span>
        <button class="second small">{words.signOut}</button>
      </form>
    </div>
  );
};
