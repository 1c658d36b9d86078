import { type Language, languages } from "../../calendar/profile.ts";

/** Characters of a field that are read; browsers send fewer than a hundred. */
const longest = 500;

/** Returns the first language of an Accept-Language field (RFC 9110 12.5.4) that pages have; English without one. */
export function preferredLanguage(acceptLanguage: string | null): Language {
  const wanted = (acceptLanguage ?? "")
    .slice(0, longest)
    .split(",")
    .map((entry) => {
      const [range = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { language: range.slice(0, 2), weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { language } of wanted) {
    const known = languages.find((one) => one === language);
    if (known !== undefined) return known;
  }
  return "en";
}
