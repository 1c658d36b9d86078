import type { programs as english } from "../en/programs.ts";

/** CalDAV-iga sisse logivate kalendriprogrammide leht. */
export const programs: typeof english = {
  title: "Kalendriprogrammid",
  heading: "Kalendrikontona",
  about:
    "Thunderbird, iPhone, iPad, Mac, Android koos DAVx5-ga, GNOME, KDE ja klassikaline Outlook saavad siia sisse logida. Siis on neis korraga kõik sinu kalendrid, uuendused jõuavad kohale minutitega ja taotlustele saab vastata programmi enda nuppudega.",
  address: "Aadress",
  userName: "Kasutajanimi",
  password: "Rakenduse parool",
  make: "Tee rakenduse parool",
  makeHelp:
    "Anna igale programmile oma parool: nii saab ühe tühistada teisi puutumata. Kellel on parool, see loeb sinu kalendreid ning võtab taotlusi vastu ja lükkab neid tagasi sinu nimel.",
  name: "Programmi või seadme nimi",
  nameHelp: "Näiteks Thunderbird tööl.",
  fault: "Anna sellele nimi.",
  create: "Tee",
  profile: "Tee iPhone'i, iPadi või Maci jaoks",
  profileHelp: "Teine nupp laadib alla profiili, milles on ka parool: ava see, paigalda seadetes ja kustuta fail.",
  made: (name) => `See on rakenduse parool: ${name}. Kopeeri see kohe, sest rohkem seda ei näidata.`,
  otherName: (id) => `Kui programm kasutajanime ei võta, kasuta selle asemel ${id}.`,
  qr: "Konto QR-koodina DAVx5 jaoks",
  qrHelp: "DAVx5: suuna telefoni kaamera koodile. Ka parool on selles.",
  openDavx5: "Ava DAVx5-s",
  back: "Tagasi loendisse",
  list: "Rakenduste paroolid",
  none: "Neid veel ei ole.",
  created: "tehtud",
  never: "kasutamata",
  used: (client, when) => `viimati kasutas ${client}, ${when}`,
  revoke: "Tühista",
  revoked: "Tühistatud. Programm, millel see oli, küsib nüüd parooli.",
  plainHttp:
    "See teenus ei ole https-iga kättesaadav, nii et parooli sellele saata ei tohi. Teenuse haldaja annab sellele https-aadressi seadega PUBLIC_URL.",
  operator:
    "Oled sisse logitud ADMIN_TOKEN-iga, mis ei ole ühegi inimese oma. Rakenduse parooli tegemiseks logi sisse oma Waldur kontoga.",
  how: "Kuidas kontot lisada",
  steps: {
    thunderbird: [
      "Uus kalender, Võrgus",
      "Sisesta kasutajanimi ja aadress ning vali kalendrite otsimine",
      "Sisesta rakenduse parool ja vali kalendrid",
    ],
    apple: [
      "Tee ülal parool iPhone'i, iPadi või Maci jaoks ja ava fail seal",
      "Või seadetes: Rakendused, Kalender, Kalendrikontod, Lisa konto, Muu, Lisa CalDAV-konto; Macis: Kalender, Lisa konto, Muu CalDAV-konto, käsitsi",
      "Server on aadress ilma osata https:// ja ilma selleta, mis nimele järgneb",
    ],
    davx5: [
      "Skaneeri kood, mis on näha koos uue rakenduse parooliga, või lisa konto URL-i ja kasutajanimega",
      "Konto nimeks vali oma meiliaadress, muidu ei tea Android, millised taotlused ootavad sinu vastust",
      "Vali kalendrid ja sünkrooni",
    ],
    gnome: [
      "Seaded, Veebikontod, Kalender, kontaktid ja failid (WebDAV): sisesta aadress, kasutajanimi ja rakenduse parool; failid võivad olla välja lülitatud",
      "Evolutionis: Uus, Kalender, liik CalDAV; sisesta aadress ja kasutajanimi ning otsi kalendrid",
    ],
    kde: [
      "KOrganizeri kalendrite loendis: Lisa kalender, DAV-i rühmatöö ressurss; sisesta kasutajanimi ja rakenduse parool",
      "Seadista ressurss käsitsi: Lisa, protokoll CalDAV, aadress kaug-URL-iks, siis Tõmba",
      "Et vastata nuppudega, peab sinu meiliaadress olema KOrganizeri seadetes (Üldine, Isiklik); kui küsitakse, kas tõesti sündmust muuta, vajuta OK",
    ],
    outlook: [
      "Paigalda CalDav Synchronizer ja lisa profiil liigiga Generic CalDAV/CardDAV",
      "Sisesta aadress, kasutajanimi ja rakenduse parool ning vali Test or discover settings",
    ],
  },
};
