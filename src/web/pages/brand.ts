import { Hono } from "hono";
import type { Env } from "../env.ts";
import { cachedSite } from "../../account/site.ts";

type Colour = readonly [red: number, green: number, blue: number];

/** Backgrounds of the style sheet, and the colour towards which a brand's colour moves on each. */
const schemes = [
  { media: "(prefers-color-scheme: light)", ground: [245, 246, 247], towards: [0, 0, 0] },
  { media: "(prefers-color-scheme: dark)", ground: [31, 35, 39], towards: [255, 255, 255] },
] as const;

/** WCAG 2.2 wants 3:1 for what is not text (1.4.11) and 4.5:1 for text (1.4.3). */
const leastContrast = 3;

/** Returns the route of `/brand.css`: the Waldur's colour, made visible on our backgrounds. */
export function brandRoutes(): Hono<Env> {
  return new Hono<Env>().get("/brand.css", async (c) => {
    const { colour } = await cachedSite(c.env);
    return c.body(brandCss(colour), 200, {
      "Content-Type": "text/css; charset=utf-8",
      "Cache-Control": "public, max-age=600",
      "X-Content-Type-Options": "nosniff",
    });
  });
}

/** Returns the CSS that sets a brand's colour (`#rrggbb`; null: none), moved towards black or white until it is visible. */
export function brandCss(colour: string | null): string {
  if (colour === null) return "/* no colour of its own */\n";
  return schemes
    .map(({ media, ground, towards }) => {
      let shade = parseColour(colour);
      for (let step = 0; step < 20 && contrast(shade, ground) < leastContrast; step += 1)
        shade = mixColours(shade, towards);
      const dark: Colour = [0, 0, 0];
      const light: Colour = [255, 255, 255];
      const on = contrast(shade, light) >= contrast(shade, dark) ? light : dark;
      return `@media ${media} { :root { --brand: ${writeColour(shade)}; --on-brand: ${writeColour(on)}; } }\n`;
    })
    .join("");
}

/** Returns WCAG's contrast of two colours, from 1 to 21. */
export function contrast(one: Colour, other: Colour): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mixColours([red, green, blue]: Colour, [r, g, b]: Colour): Colour {
  const part = (from: number, to: number): number => Math.round(from + (to - from) * 0.12);
  return [part(red, r), part(green, g), part(blue, b)];
}

function parseColour(colour: string): Colour {
  const part = (at: number): number => Number.parseInt(colour.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

function writeColour(colour: Colour): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
