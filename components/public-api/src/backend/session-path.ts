/** Where a session is at the backend. */
export function sessionsPath(project: string): string {
  return `/api/projects/${encodeURIComponent(project)}/agentic-sessions`;
}

export function sessionPath(project: string, id: string): string {
  return `${sessionsPath(project)}/${encodeURIComponent(id)}`;
}

/** A path with a query, when there is anything to ask for. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? path : `${path}?${given.toString()}`;
}
