/** Which sessions a list shows, and in which order. */
import type { SessionListQuery } from "@pilothouse/contracts";
import type { PageRules } from "../http/page.ts";
import { phaseOf, type Session } from "./present.ts";

export const PAGE_RULES: PageRules<Session> = {
  search: ({ metadata, spec, status }) => [metadata.name, spec.displayName, spec.initialPrompt, status?.agent?.title],
  sort: {
    name: (session) => session.metadata.name,
    displayName: (session) => (session.spec.displayName ?? session.metadata.name).toLowerCase(),
    createdAt: (session) => session.metadata.creationTimestamp,
    phase: phaseOf,
    runner: (session) => session.spec.runnerType,
    model: (session) => session.spec.llmSettings?.model,
    lastActivity,
    // Descending: what waits for a person first, each group by its last activity.
    attention: (session) => `${needsPerson(session) ? 1 : 0} ${lastActivity(session) ?? ""}`,
    cost: (session) => session.status?.agent?.usage?.costUsd ?? 0,
  },
  defaultSort: "-createdAt",
};

type Filters = Pick<SessionListQuery, "phase" | "agentStatus" | "needsPerson" | "runner" | "owner" | "search">;

function lastActivity({ metadata, status }: Session): string | undefined {
  return status?.agent?.lastActivityTime ?? metadata.creationTimestamp;
}

/** The agent asks something and waits for the answer, or the session failed. */
function needsPerson({ status }: Session): boolean {
  const isWaiting = status?.phase === "Running" && status.agent?.status === "waiting_input";
  return isWaiting || status?.phase === "Failed";
}

/** A test for the query's filters. Labels are Kubernetes' affair, by selector. */
export function matcher(query: Filters): (session: Session) => boolean {
  const phases = query.phase === undefined ? undefined : parsePhases(query.phase);
  return (session) =>
    (phases === undefined || phases.has(phaseOf(session))) &&
    (query.needsPerson === undefined || needsPerson(session) === query.needsPerson) &&
    (query.agentStatus === undefined || session.status?.agent?.status === query.agentStatus) &&
    (query.runner === undefined || session.spec.runnerType === query.runner) &&
    (query.owner === undefined || session.spec.userContext?.userId === query.owner);
}

/** As the page's `search`, for lists that are followed. */
export function searcher(search: string | undefined): (session: Session) => boolean {
  const needle = search?.toLowerCase() ?? "";
  return (session) =>
    needle === "" || PAGE_RULES.search(session).some((text) => text?.toLowerCase().includes(needle) === true);
}

/** Phases begin with a capital letter; a query may write them as it likes. */
function parsePhases(text: string): Set<string> {
  return new Set(text.split(/, */).map((name) => name.charAt(0).toUpperCase() + name.slice(1).toLowerCase()));
}
