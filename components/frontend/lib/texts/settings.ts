/** A project's settings. */
export const settings = {
  title: "Settings",
  tabs: {
    general: "General",
    secrets: "Keys and tokens",
    members: "Members",
    keys: "Access keys",
    flags: "Feature flags",
    integrations: "Integrations",
    tools: "Tool servers",
  },
} as const;

export const general = {
  title: "Project",
  save: "Save changes",
  saved: "Saved",
  limits: "Limits",
  inactivity: "Stop sessions without activity after (minutes)",
  inactivityHint: "0 never stops them. Empty uses the platform’s default of 24 hours.",
  maxRunning: "Sessions that may run at once",
  maxCost: "Cost per day, in US dollars",
  noLimit: "no limit",
  danger: "Delete project",
  dangerLead: "Deletes the project with all its sessions, conversations and keys.",
  deleted: (name: string) => `Project ${name} is being deleted`,
} as const;

export const flags = {
  title: "Feature flags",
  lead: "What this project may use. A value of its own wins over the platform’s.",
  sources: { "workspace-override": "set here", default: "platform default", unleash: "Unleash" },
  on: "On",
  off: "Off",
  followPlatform: "Use the platform’s value",
  empty: "There are no flags",
  changed: (flag: string) => `${flag} was changed`,
} as const;
