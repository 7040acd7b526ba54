/** The frame around the pages. */
export const shell = {
  projects: "Projects",
  allProjects: "All projects",
  newSession: "New session",
  needsYou: "Needs you",
  sessions: "Sessions",
  access: "Members and keys",
  settings: "Settings",
  recent: "Recent",
  noRecent: "Sessions will show up here.",
  openNavigation: "Open navigation",
  navigation: "Navigation",
  account: "Account",
} as const;
