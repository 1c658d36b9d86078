import { raw } from "hono/html";
import { isolate } from "../../../../calendar/text.ts";
import type { FC, PropsWithChildren } from "hono/jsx";
import type { Language } from "../../../../calendar/profile.ts";
import { texts } from "../../../../text/index.ts";

export interface LayoutProps {
  readonly language: Language;
  /** Title of the page; the name of the Waldur follows it. */
  readonly title: string;
  /** Name of the Waldur; "" when it is not known. */
  readonly site: string;
  /** Right side of the header, for those who are signed in. */
  readonly top?: unknown;
  /** Stands below the content, for those who are signed in. */
  readonly foot?: unknown;
  /** True when the Waldur is made up. */
  readonly sample?: boolean;
}

/** The frame of every page: readable without style, usable without script. */
export const Layout: FC<PropsWithChildren<LayoutProps>> = ({
  language,
  title,
  site,
  top,
  foot,
  sample = false,
  children,
}) => (
  <>
    {raw("<!doctype html>")}
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow, noarchive" />
        <meta name="color-scheme" content="light dark" />
        <title>{site === "" ? title : `${title} · ${isolate(site)}`}</title>
        <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/style.css" />
        <link rel="stylesheet" href="/brand.css" />
        {foot !== undefined && <script src="/assets/page.js" defer></script>}
      </head>
      <body>
        <a class="skip" href="#content">
          {texts[language].common.skip}
        </a>
        <header class="top">
          <a class="brand" href="/">
            {site === "" ? "Waldur" : isolate(site)}
          </a>
          {top}
        </header>
        <main id="content">
          {sample && <p class="sample">{texts[language].common.sample}</p>}
          {children}
        </main>
        {foot}
      </body>
    </html>
  </>
);
