/** Keys and tokens of a project. */
export const secrets = {
  title: "Model keys",
  lead: "Write-only: a key can be replaced or deleted, and nobody can read it back. Agents never see it.",
  set: "Set",
  notSet: "Not set",
  updated: (when: string) => `changed ${when}`,
  usedBy: (runners: string) => `Used by ${runners}`,
  placeholderSet: "Paste a new key to replace it",
  placeholderNotSet: "Paste the key",
  valueOf: (key: string) => `Value of ${key}`,
  saved: (key: string) => `${key} was saved`,
  deleted: (key: string) => `${key} was deleted`,
  deleteTitle: (key: string) => `Delete ${key}?`,
  deleteLead: "Sessions that need it cannot start, and running ones can no longer call the model.",
  integrations: "Integration tokens",
  integrationsLead:
    "For cloning and pushing private repositories, and for tools that need them. Write-only, like model keys.",
  addName: "Name",
  addValue: "Value",
  add: "Add token",
  nameInvalid: "Use upper case letters, digits and underscores.",
} as const;
