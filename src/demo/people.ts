/** The made-up world of the sample Waldur. Everything here is invented. */

export const roles = [
  "staff",
  "support",
  "providerOwner",
  "providerManager",
  "offeringManager",
  "otherProviderOwner",
  "consumerOwner",
  "projectManager",
  "requester",
  "otherConsumerOwner",
  "outsider",
] as const;
export type RoleName = (typeof roles)[number];

export interface Person {
  readonly uuid: string;
  readonly username: string;
  readonly fullName: string;
  readonly isStaff?: boolean;
  readonly isSupport?: boolean;
  /** Organisations, offerings and projects in which the person has a role. */
  readonly grants: readonly {
    readonly role: string;
    readonly scope: "customer" | "offering" | "project";
    readonly uuid: string;
  }[];
}

export interface Organisation {
  readonly uuid: string;
  readonly name: string;
  /** The UUID of its service provider; null when it only books. */
  readonly providerUuid: string | null;
}

export interface Project {
  readonly uuid: string;
  readonly name: string;
  readonly customer: Organisation;
}

export interface SampleOffering {
  readonly uuid: string;
  readonly name: string;
  readonly customer: Organisation;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** Returns a uuid that tells in its first digits what it is of, so that the sample is easy to look at. */
function uuidOf(kind: string, n: number): string {
  return `${kind}${n.toString(16).padStart(4, "0")}`.padEnd(32, "5a3c");
}

const lab: Organisation = { uuid: uuidOf("0a0", 1), name: "Sample Imaging Centre", providerUuid: uuidOf("0b0", 1) };
const workshop: Organisation = { uuid: uuidOf("0a0", 2), name: "Sample Workshop", providerUuid: uuidOf("0b0", 2) };
const institute: Organisation = { uuid: uuidOf("0a0", 3), name: "Näidisinstituut", providerUuid: null };
const cells: Organisation = { uuid: uuidOf("0a0", 4), name: "Sample Cell Laboratory", providerUuid: null };

export const organisations: readonly Organisation[] = [lab, workshop, institute, cells];

export const offerings: readonly SampleOffering[] = [
  { uuid: uuidOf("0f0", 1), name: "Confocal microscope", customer: lab, latitude: 58.3806, longitude: 26.7251 },
  { uuid: uuidOf("0f0", 2), name: "Meeting room Aurora", customer: lab, latitude: 58.3811, longitude: 26.7246 },
  { uuid: uuidOf("0f0", 3), name: "Cryo stage, −180 °C", customer: lab, latitude: null, longitude: null },
  { uuid: uuidOf("0f0", 4), name: "Laser cutter", customer: workshop, latitude: 59.437, longitude: 24.7536 },
];

export const projects: readonly Project[] = [
  { uuid: uuidOf("0c0", 1), name: "Neuron atlas", customer: institute },
  { uuid: uuidOf("0c0", 2), name: "Plant stress, phase II; pilot", customer: institute },
  { uuid: uuidOf("0c0", 3), name: "Cell cycle", customer: cells },
  { uuid: uuidOf("0c0", 4), name: "Internal maintenance", customer: lab },
];

export const category = { title: "Sample instruments", uuid: uuidOf("0d0", 1) };

const owner = (organisation: Organisation) => ({
  role: "CUSTOMER.OWNER",
  scope: "customer" as const,
  uuid: organisation.uuid,
});

export const people: Readonly<Record<RoleName, Person>> = {
  staff: {
    uuid: uuidOf("0e0", 1),
    username: "sample.operator",
    fullName: "Sample Operator",
    isStaff: true,
    grants: [],
  },
  support: {
    uuid: uuidOf("0e0", 2),
    username: "sample.helpdesk",
    fullName: "Sample Helpdesk",
    isSupport: true,
    grants: [],
  },
  providerOwner: { uuid: uuidOf("0e0", 3), username: "maria.naidis", fullName: "Maria Näidis", grants: [owner(lab)] },
  providerManager: {
    uuid: uuidOf("0e0", 4),
    username: "sam.sample",
    fullName: "Sam Sample",
    grants: [{ role: "CUSTOMER.MANAGER", scope: "customer", uuid: lab.uuid }],
  },
  otherProviderOwner: {
    uuid: uuidOf("0e0", 5),
    username: "peeter.naidis",
    fullName: "Peeter Näidis",
    grants: [owner(workshop)],
  },
  consumerOwner: {
    uuid: uuidOf("0e0", 6),
    username: "liis.naidis",
    fullName: "Liis Näidis",
    grants: [owner(institute)],
  },
  requester: {
    uuid: uuidOf("0e0", 7),
    username: "jonas.sample",
    fullName: "Jonas Sample-Õunapuu",
    grants: [{ role: "PROJECT.MEMBER", scope: "project", uuid: uuidOf("0c0", 1) }],
  },
  offeringManager: {
    uuid: uuidOf("0e0", 9),
    username: "oskar.sample",
    fullName: "Oskar Sample",
    // Waldur grants the second with the first.
    grants: [
      { role: "OFFERING.MANAGER", scope: "offering", uuid: uuidOf("0f0", 1) },
      { role: "CUSTOMER.MANAGER", scope: "customer", uuid: lab.uuid },
    ],
  },
  projectManager: {
    uuid: uuidOf("0e0", 10),
    username: "noor.sample",
    fullName: "Noor Sample",
    grants: [{ role: "PROJECT.MANAGER", scope: "project", uuid: uuidOf("0c0", 1) }],
  },
  otherConsumerOwner: {
    uuid: uuidOf("0e0", 11),
    username: "anna.naidis",
    fullName: "Anna Näidis",
    grants: [owner(cells)],
  },
  outsider: { uuid: uuidOf("0e0", 8), username: "pat.sample", fullName: "Pat Sample", grants: [] },
};

/** Tokens of the sample; they open nothing else. */
export const tokens: Readonly<Record<RoleName, string>> = {
  staff: "sample-staff",
  support: "sample-support",
  providerOwner: "sample-provider-owner",
  providerManager: "sample-provider-manager",
  otherProviderOwner: "sample-other-provider-owner",
  consumerOwner: "sample-consumer-owner",
  requester: "sample-requester",
  offeringManager: "sample-offering-manager",
  projectManager: "sample-project-manager",
  otherConsumerOwner: "sample-other-consumer-owner",
  outsider: "sample-outsider",
};

/** Wishes of people: names and words, some as awkward as real ones. */
export const wishes: readonly (readonly [name: string, words: string])[] = [
  ["Synapse density, mouse 12", "60x oil objective, 488 and 561 nm lasers"],
  ["Calcium imaging", "Please leave the incubator at 37 °C.\nWe bring our own dishes."],
  ["Group meeting", ""],
  ["Õppepäev: mikroskoopia alused", "Rühm: 12 inimest; palume ka projektorit, kaablit ja kohvi."],
  ["Test run 🔬🧬", "First time on this stage, some help would be welcome 🙂"],
  ['Time-lapse "over night"', "Line one\r\nLine two, with a comma; and a semicolon\\backslash"],
  ["مراجعة العينات", "Right-to-left name: يرجى إبقاء الجهاز جاهزًا"],
  ["Service by the maker", "Nobody else can use the instrument meanwhile."],
  ["Thesis defence rehearsal", "Only if the room is free before noon."],
  ["Long series", "Sample after sample after sample. ".repeat(30).trim()],
  ["Calibration", "Argon line only"],
  ["", "A booking without a name"],
];
