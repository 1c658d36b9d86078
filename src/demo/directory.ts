import {
  offerings,
  type Organisation,
  organisations,
  type Person,
  projects,
  type RoleName,
  type SampleOffering,
  tokens,
} from "./people.ts";
import { type SampleColumns, empty, alwaysNull } from "./rows.ts";

/** A row of `/api/marketplace-service-providers/`; who is not known is told a little less. */
export const providerColumns = (known: boolean): SampleColumns<Organisation> => ({
  url: ({ providerUuid }, base) => `${base}/api/marketplace-service-providers/${providerUuid}/`,
  uuid: ({ providerUuid }) => providerUuid,
  created: () => "2026-01-01T00:00:00.000000Z",
  description: () => "Sample provider",
  enable_notifications: () => known || undefined,
  customer: ({ uuid }, base) => `${base}/api/customers/${uuid}/`,
  customer_name: ({ name }) => name,
  customer_uuid: ({ uuid }) => uuid,
  customer_image: alwaysNull,
  customer_abbreviation: empty,
  customer_native_name: empty,
  customer_country: () => "EE",
  image: alwaysNull,
  organization_group: alwaysNull,
  offering_count: () => 1,
});

/** A row of `/api/marketplace-provider-offerings/`, as far as it is of use here. */
export const offeringColumns: SampleColumns<SampleOffering> = {
  uuid: ({ uuid }) => uuid,
  name: ({ name }) => name,
  slug: ({ uuid }) => `offering-${uuid.slice(3, 7)}`,
  description: empty,
  customer_uuid: ({ customer }) => customer.uuid,
  customer_name: ({ customer }) => customer.name,
  attributes: () => ({ schedules: [] }),
  state: () => "Active",
  type: () => "Marketplace.Booking",
  thumbnail: alwaysNull,
  latitude: ({ latitude }) => latitude,
  longitude: ({ longitude }) => longitude,
  country: empty,
  google_calendar_is_public: alwaysNull,
  google_calendar_link: alwaysNull,
};

/** Returns what `/api/users/me/` tells; what only staff and support are told of themselves is absent for others, as Waldur does it. */
export function userColumns(role: RoleName): SampleColumns<Person> {
  const power = ({ isStaff, isSupport }: Person): boolean => isStaff === true || isSupport === true;
  return {
    url: ({ uuid }, base) => `${base}/api/users/${uuid}/`,
    uuid: ({ uuid }) => uuid,
    username: ({ username }) => username,
    slug: ({ username }) => username.replace(".", "-"),
    full_name: ({ fullName }) => fullName,
    native_name: empty,
    job_title: empty,
    email: ({ username }) => `${username}@example.org`,
    phone_number: empty,
    organization: empty,
    civil_number: alwaysNull,
    description: (person) => (power(person) ? "" : undefined),
    is_staff: (person) => (power(person) ? person.isStaff === true : undefined),
    is_active: (person) => (power(person) ? true : undefined),
    is_support: (person) => (power(person) ? person.isSupport === true : undefined),
    token: () => tokens[role],
    token_lifetime: () => 3600,
    registration_method: () => "default",
    date_joined: () => joined,
    agreement_date: alwaysNull,
    preferred_language: empty,
    permissions: (person) => person.grants.map((grant) => permission(person, grant)),
    requested_email: alwaysNull,
    affiliations: () => [],
    first_name: ({ fullName }) => fullName.split(" ")[0],
    last_name: ({ fullName }) => fullName.split(" ").at(-1),
    identity_provider_name: () => "Local DB",
    identity_provider_label: () => "Local DB",
    identity_provider_management_url: empty,
    identity_provider_fields: () => [],
    image: alwaysNull,
    identity_source: empty,
  };
}

const joined = "2026-01-01T00:00:00.000000Z";

/** Returns one role of a person; the organisation is named only where the scope is something within it. */
function permission({ uuid, username, fullName }: Person, { role, scope, uuid: scopeUuid }: Person["grants"][number]) {
  const within = [...offerings, ...projects].find((one) => one.uuid === scopeUuid);
  const customer = organisations.find((one) => one.uuid === scopeUuid);
  return {
    user_uuid: uuid,
    user_name: fullName,
    user_slug: username.replace(".", "-"),
    created: joined,
    expiration_time: null,
    created_by_full_name: "",
    created_by_username: "sample.operator",
    role_name: role,
    role_description: "",
    role_uuid: scopeUuid,
    scope_type: scope,
    scope_uuid: scopeUuid,
    scope_name: within?.name ?? customer?.name ?? "",
    ...(within !== undefined && { customer_uuid: within.customer.uuid, customer_name: within.customer.name }),
  };
}
