/** What every view says. */
export const common = {
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  create: "Create",
  delete: "Delete",
  remove: "Remove",
  copy: "Copy",
  copied: "Copied",
  retry: "Try again",
  back: "Back",
  more: "More",
  optional: "optional",
  loading: "Loading",
  unknown: "unknown",
  never: "never",
  none: "None",
  typeToConfirm: (phrase: string) => `Type ${phrase} to confirm`,
  notAllowed: (role: string) => `Your role here is ${role}, which does not allow this.`,
  loadFailed: (what: string) => `${what} could not be loaded`,
  skipToContent: "Skip to content",
} as const;

export const theme = { label: "Theme", light: "Light", dark: "Dark", system: "System" } as const;

export const time = {
  now: "now",
  minutes: (count: number) => `${count}m`,
  hours: (count: number) => `${count}h`,
  days: (count: number) => `${count}d`,
} as const;

export const errors = {
  network: "The server cannot be reached. Check the connection and try again.",
  unreadable: "The server’s answer could not be read.",
  pageTitle: "This page could not be shown",
  pageLead: "Something went wrong while it was being made.",
  notFoundTitle: "There is no such page",
  notFoundLead: "The address may be wrong, or you may not see what is there.",
  home: "Go to projects",
} as const;
