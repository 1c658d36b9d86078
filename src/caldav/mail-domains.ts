/** Returns these domains of one provider: its name with each ending. */
function ofCountries(name: string, endings: string): string[] {
  return endings.split(" ").map((ending) => `${name}.${ending}`);
}

/** Domains of Microsoft's mail addresses, those of countries too. */
export const microsoftMail: readonly string[] = [
  "msn.com",
  "windowslive.com",
  "livemail.tw",
  "onmicrosoft.com",
  ...ofCountries(
    "outlook",
    "com at be cl co.id co.il co.th com.ar com.au com.br com.gr com.tr com.vn cz de dk es fr hu ie in it jp kr lv my ph pt sa sg sk",
  ),
  ...ofCountries(
    "hotmail",
    "com be ca ch cl co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za com.ar com.au com.br com.hk com.tr com.tw com.vn cz de dk es fi fr gr hu it jp lt lv my nl no ph rs se sg sk",
  ),
  ...ofCountries(
    "live",
    "com at be ca cl cn co.jp co.kr co.uk co.za com.ar com.au com.mx com.my com.ph com.pt com.sg de dk fi fr hk ie in it jp nl no ru se",
  ),
];

/** Domains of Yahoo's mail addresses; Yahoo Japan is another company. */
export const yahooMail: readonly string[] = [
  "ymail.com",
  "rocketmail.com",
  "myyahoo.com",
  ...ofCountries(
    "yahoo",
    "com at be bg ca cl co.id co.il co.in co.kr co.nz co.th co.uk co.za com.ar com.au com.br com.co com.hk com.mx com.my com.pe com.ph com.sg com.tr com.tw com.ve com.vn cz de dk ee es fi fr gr hu ie in it lt lv nl no pl pt ro se",
  ),
];
