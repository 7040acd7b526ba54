/** Keys of server state in React Query: from the general to the particular, so that a prefix invalidates a branch. */
export const queryKeys = {
  me: ["me"] as const,
  projects: ["projects"] as const,
  project: (project: string) => ["project", project] as const,
  access: (project: string) => ["project", project, "access"] as const,
  models: (project: string) => ["project", project, "models"] as const,
  runnerTypes: (project: string) => ["project", project, "runner-types"] as const,
  runnerSecrets: (project: string) => ["project", project, "runner-secrets"] as const,
  integrationSecrets: (project: string) => ["project", project, "integration-secrets"] as const,
  integrations: (project: string) => ["project", project, "integrations"] as const,
  toolServers: (project: string) => ["project", project, "tool-servers"] as const,
  settings: (project: string) => ["project", project, "settings"] as const,
  permissions: (project: string) => ["project", project, "permissions"] as const,
  keys: (project: string) => ["project", project, "keys"] as const,
  flags: (project: string) => ["project", project, "flags"] as const,
  /** All sessions of a project, kept up to date by the watch stream. */
  sessions: (project: string) => ["project", project, "sessions"] as const,
  /** Pages of the list as the server sorts and filters it. */
  sessionPages: (project: string) => ["project", project, "session-page"] as const,
  sessionPage: (project: string, query: string) => ["project", project, "session-page", query] as const,
  session: (project: string, session: string) => ["project", project, "session", session] as const,
  sessionPart: (project: string, session: string, part: string, ...rest: string[]) =>
    ["project", project, "session", session, part, ...rest] as const,
};
