/** What the sessions page shows of a project's sessions. The whole list is in the browser, so nothing waits for the server. */
import type { AgenticSession } from "@pilothouse/contracts";
import { compareSessions, sessionState, sessionTitle } from "../../lib/session-state.ts";

export const SHOWN_FILTERS = ["all", "needs-you", "running", "ended"] as const;
export type ShownFilter = (typeof SHOWN_FILTERS)[number];

export interface SessionFilter {
  readonly show: ShownFilter;
  readonly search: string;
}

/** Reads the filter from an address. */
export function readFilter(parameters: { get: (name: string) => string | null }): SessionFilter {
  return {
    show: SHOWN_FILTERS.find((name) => name === parameters.get("show")) ?? "all",
    search: parameters.get("search") ?? "",
  };
}

export function writeFilter(filter: SessionFilter): string {
  const parameters = new URLSearchParams();
  if (filter.show !== "all") parameters.set("show", filter.show);
  if (filter.search !== "") parameters.set("search", filter.search);
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

export function filterSessions(sessions: readonly AgenticSession[], filter: SessionFilter): AgenticSession[] {
  const wanted = filter.search.trim().toLowerCase();
  return sessions
    .filter((session) => isShown(session, filter.show) && (wanted === "" || wordsOf(session).includes(wanted)))
    .toSorted(compareSessions);
}

function isShown(session: AgenticSession, show: ShownFilter): boolean {
  const state = sessionState(session);
  switch (show) {
    case "all":
      return true;
    case "needs-you":
      return state.needsYou;
    case "running":
      return state.isLive;
    case "ended":
      return state.isEnded;
  }
}

function wordsOf(session: AgenticSession): string {
  const { metadata, spec } = session;
  const parts = [
    metadata.name,
    sessionTitle(session),
    spec.initialPrompt,
    spec.runnerType,
    spec.llmSettings?.model,
    spec.userContext?.userId,
    spec.userContext?.displayName,
  ];
  return [...parts, ...(spec.repos ?? []).map((repo) => repo.url)].join("\n").toLowerCase();
}
