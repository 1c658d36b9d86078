/** What a rendered VEVENT shows to a person. */
export interface VeventSummary {
  readonly title: string;
  readonly description: string;
  readonly place: string;
  readonly status: "TENTATIVE" | "CONFIRMED" | "CANCELLED";
}

/** Reads back what `renderEvent` wrote. */
export function readVevent(vevent: string): VeventSummary {
  const lines = vevent.replace(/\r\n[ \t]/g, "").split("\r\n");
  const value = (name: string): string => {
    const line = lines.find((one) => one.startsWith(`${name}:`) || one.startsWith(`${name};`));
    return line === undefined ? "" : line.slice(line.indexOf(":") + 1);
  };
  const text = (name: string): string =>
    value(name).replace(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? "\n" : character));
  const status = value("STATUS");
  return {
    title: text("SUMMARY"),
    description: text("DESCRIPTION"),
    place: text("LOCATION"),
    status: status === "TENTATIVE" || status === "CANCELLED" ? status : "CONFIRMED",
  };
}
