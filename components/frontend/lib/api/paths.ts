/** Addresses of the backend and of our own pages, in one place; names are escaped here and nowhere else. */
const e = encodeURIComponent;

export const api = {
  me: "/api/me",
  projects: "/api/projects",
  project: (project: string) => `/api/projects/${e(project)}`,
  access: (project: string) => `${api.project(project)}/access`,
  models: (project: string) => `${api.project(project)}/models`,
  runnerTypes: (project: string) => `${api.project(project)}/runner-types`,
  runnerSecrets: (project: string) => `${api.project(project)}/runner-secrets`,
  integrationSecrets: (project: string) => `${api.project(project)}/integration-secrets`,
  settings: (project: string) => `${api.project(project)}/settings`,
  toolServers: (project: string) => `${api.project(project)}/mcp-servers`,
  integrations: (project: string) => `${api.project(project)}/integrations`,
  integrationTest: (project: string, id: string) => `${api.integrations(project)}/${e(id)}/test`,
  permissions: (project: string) => `${api.project(project)}/permissions`,
  permission: (project: string, type: string, name: string) => `${api.permissions(project)}/${e(type)}/${e(name)}`,
  keys: (project: string) => `${api.project(project)}/keys`,
  key: (project: string, id: string) => `${api.keys(project)}/${e(id)}`,
  flags: (project: string) => `${api.project(project)}/feature-flags`,
  flagOverride: (project: string, flag: string) => `${api.flags(project)}/${e(flag)}/override`,
  sessions: (project: string) => `${api.project(project)}/agentic-sessions`,
  session: (project: string, session: string) => `${api.sessions(project)}/${e(session)}`,
  sessionEvents: (project: string, session: string) => `${api.session(project, session)}/events`,
  start: (project: string, session: string) => `${api.session(project, session)}/start`,
  stop: (project: string, session: string) => `${api.session(project, session)}/stop`,
  clone: (project: string, session: string) => `${api.session(project, session)}/clone`,
  capabilities: (project: string, session: string) => `${api.session(project, session)}/capabilities`,
  diff: (project: string, session: string) => `${api.session(project, session)}/diff`,
  workspace: (project: string, session: string) => `${api.session(project, session)}/workspace`,
  workspaceFile: (project: string, session: string, path: string) =>
    `${api.workspace(project, session)}/${path.split("/").map(e).join("/")}`,
  upload: (project: string, session: string, name: string) => `${api.session(project, session)}/uploads/${e(name)}`,
  /** A folder as a zip; the whole workspace when the path is empty. */
  filesZip: (project: string, session: string, path: string) =>
    `${api.session(project, session)}/files.zip?${new URLSearchParams({ path }).toString()}`,
  /** A page that the agent wrote, for a frame of its own origin: served by the UI's own server. */
  artifactFrame: (project: string, session: string, path: string) =>
    `/artifact-frame/${e(project)}/${e(session)}/${path.split("/").map(e).join("/")}`,
  export: (project: string, session: string, format: "json" | "markdown") =>
    `${api.session(project, session)}/export?format=${format}`,
  thread: (project: string, session: string) => `${api.session(project, session)}/agui/events`,
  run: (project: string, session: string) => `${api.session(project, session)}/agui/run`,
  queue: (project: string, session: string) => `${api.run(project, session)}/queue`,
  queued: (project: string, session: string, id: string) => `${api.queue(project, session)}/${e(id)}`,
  interrupt: (project: string, session: string) => `${api.session(project, session)}/agui/interrupt`,
  feedback: (project: string, session: string) => `${api.session(project, session)}/agui/feedback`,
  feedbackOf: (project: string, session: string, messageId: string) =>
    `${api.feedback(project, session)}/${e(messageId)}`,
  tasks: (project: string, session: string) => `${api.session(project, session)}/agui/tasks`,
  task: (project: string, session: string, id: string) => `${api.tasks(project, session)}/${e(id)}`,
  search: (project: string, session: string, query: string) =>
    `${api.session(project, session)}/search?${new URLSearchParams({ q: query }).toString()}`,
};

export const pages = {
  projects: "/projects",
  signedIn: "/signed-in",
  sessions: (project: string) => `/projects/${e(project)}/sessions`,
  newSession: (project: string) => `/projects/${e(project)}/new`,
  session: (project: string, session: string) => `${pages.sessions(project)}/${e(session)}`,
  settings: (project: string, tab?: string) => `/projects/${e(project)}/settings${tab === undefined ? "" : `/${tab}`}`,
};
