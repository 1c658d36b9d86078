import type { FC } from "hono/jsx";
import { listZones } from "../../../calendar/zone.ts";
import { type Language, languages } from "../../../calendar/profile.ts";
import { texts } from "../../../text/index.ts";
import { nonceField } from "../../request/forms.ts";
import { Input, Note } from "./parts/field.tsx";

/** Name of the list of zones on a page. */
export const zoneList = "zones";

/** The names of all zones, for a field that has this list: what is typed there searches it. */
export const Zones: FC = () => (
  <datalist id={zoneList}>
    {listZones().map((zone) => (
      <option>{zone}</option>
    ))}
  </datalist>
);

interface WishesProps {
  readonly language: Language;
  /** The zone of the page's times. */
  readonly zone: string;
  /** True when that is the viewer's own. */
  readonly own: boolean;
  readonly nonce: string;
  readonly path: string;
}

/** The foot of a page: the zone that its times are in, and the languages. */
export const Wishes: FC<WishesProps> = ({ language, zone, own, nonce, path }) => {
  const words = texts[language].wishes;
  return (
    <footer class="wishes">
      <p>
        {own ? words.times(zone) : words.calendarTimes(zone)} <a href="/you">{words.change}</a>
      </p>
      <form method="post" action="/you/language" class="inline">
        <input type="hidden" name={nonceField} value={nonce} />
        <input type="hidden" name="next" value={path} />
        {languages.map((one) => (
          <button
            class="plain"
            name="language"
            value={one}
            lang={one}
            aria-pressed={one === language ? "true" : "false"}
          >
            {languageName(one)}
          </button>
        ))}
      </form>
    </footer>
  );
};

/** Returns the name of a language in itself. */
function languageName(language: Language): string {
  const name = new Intl.DisplayNames(language, { type: "language" }).of(language) ?? language;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

interface WishesPageProps {
  readonly language: Language;
  readonly nonce: string;
  readonly zone: string;
  /** The zone where the viewer chooses none. */
  readonly given: string;
  readonly chosen: Language | "";
  readonly fault: boolean;
  readonly saved: boolean;
}

/** The page on which somebody chooses zone and language. */
export const WishesPage: FC<WishesPageProps> = ({ language, nonce, zone, given, chosen, fault, saved }) => {
  const words = texts[language].wishes;
  return (
    <div class="narrow">
      <h1>{words.title}</h1>
      {saved && <Note tone="good">{words.saved}</Note>}
      <form method="post" action="/you" class="card" novalidate>
        <input type="hidden" name={nonceField} value={nonce} />
        <Input
          name="zone"
          label={words.zone}
          help={words.zoneHelp(given)}
          fault={fault ? texts[language].feedForm.fault.zone : undefined}
          value={zone}
          list={zoneList}
          propose={words.propose}
        />
        <Zones />
        <fieldset>
          <legend>{words.language}</legend>
          {(["", ...languages] as const).map((one) => (
            <label class="choice">
              <input type="radio" name="language" value={one} checked={one === chosen} />
              <span lang={one || undefined}>{one === "" ? words.asBrowser : languageName(one)}</span>
            </label>
          ))}
        </fieldset>
        <div class="actions">
          <button>{words.save}</button>
        </div>
      </form>
      <p class="quiet">{words.about}</p>
    </div>
  );
};
