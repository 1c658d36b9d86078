import type { answers as english } from "../en/answers.ts";

/** Kirjad kutsete ja kirjaga tulnud vastuste kohta. */
export const answers: typeof english = {
  invited: {
    on: "Võta vastu või keeldu oma kalendriprogrammis või siin",
    page: "Otsusta siin; vastus kalendriprogrammist toob kirja sama lingiga",
  },
  cancelled:
    "Siin ei ole enam midagi otsustada: taotlus on otsustatud, tagasi võetud või muudetud, või ei ole enam sinu otsustada.",
  left: "See taotlus ei tule enam kutsena, seega kaob ka sündmus. Vastust ootab see endiselt",
  open: "Vaata lähemalt ja otsusta",
  page: {
    accept:
      "Võtsid selle taotluse oma kalendriprogrammis vastu. Otsus ei ole veel tehtud: selleks on vaja veel üht klõpsu lehel.",
    reject:
      "Keeldusid sellest taotlusest oma kalendriprogrammis. Otsus ei ole veel tehtud: selleks on vaja veel üht klõpsu lehel.",
  },
  unproven:
    "Sellele taotlusele tuli kirjaga vastus, aga miski ei tõenda, et see on sinu oma, seega ei otsustanud see midagi. Kui saatsid selle, võib-olla teiselt aadressilt, siis otsusta lehel. Kui ei saatnud, ei ole vaja midagi teha.",
  outdated:
    "Vastasid selle taotluse varasemale kujule. Vahepeal on see muutunud, seega ei otsustanud sinu vastus midagi.",
  undecided:
    "Sinu vastus ei olnud jah ega ei, seega ei otsustatud midagi: taotluse saab ainult vastu võtta või tagasi lükata.",
  proposal:
    "Teist aega ei saa kirjaga pakkuda, seega ei otsustatud midagi. Kirjuta taotlejale või lükka taotlus tagasi.",
  tnef: "Sinu vastus tuli failina winmail.dat, mida loeb ainult Outlook, seega ei otsustanud see midagi. Otsusta taotluse lehel ja pane oma meiliprogramm saatma HTML-i või lihtteksti.",
  unread: "Vastus, mida ei saanud lugeda",
  by: (name) => `Otsustas ${name}.`,
  comment: "Seda, mida vastusele juurde kirjutasid, edasi ei antud.",
};
