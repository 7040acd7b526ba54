/** The services that the platform knows, and the secrets that each is made of. */
export const SERVICES = [
  { id: "github", fields: ["GITHUB_TOKEN"], needed: ["GITHUB_TOKEN"] },
  { id: "gitlab", fields: ["GITLAB_TOKEN", "GITLAB_INSTANCE_URL"], needed: ["GITLAB_TOKEN"] },
  { id: "jira", fields: ["JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN"], needed: ["JIRA_URL", "JIRA_API_TOKEN"] },
] as const;
export type Service = (typeof SERVICES)[number];
export type ServiceField = Service["fields"][number];

/** Addresses and names may be seen while they are typed. */
export const isSecret = (field: ServiceField): boolean => field.endsWith("_TOKEN");

export const SERVICE_FIELDS: readonly string[] = SERVICES.flatMap((service) => service.fields);
