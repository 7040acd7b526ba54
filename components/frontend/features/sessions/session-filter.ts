/** What the sessions page asks the server for: read from the page's address, written back to it. Pure. */
import { AgentStatus as AgentStatuses, SESSION_PHASES, type SessionPhase } from "@pilothouse/contracts";

export const SHOWN_FILTERS = ["all", "needs-you", "running", "ended"] as const;
export type ShownFilter = (typeof SHOWN_FILTERS)[number];

/** Orders on offer, the usual one first. */
export const SESSION_SORTS = [
  "-attention",
  "-lastActivity",
  "-createdAt",
  "createdAt",
  "displayName",
  "-cost",
] as const;
export type SessionSort = (typeof SESSION_SORTS)[number];

export const PAGE_SIZE = 25;

export interface SessionFilter {
  readonly show: ShownFilter;
  readonly search: string;
  readonly phase: SessionPhase | undefined;
  readonly agentStatus: AgentStatus | undefined;
  readonly runner: string;
  readonly owner: string;
  /** A label selector. */
  readonly label: string;
  readonly sort: SessionSort;
  /** From 1. */
  readonly page: number;
}

export const AGENT_STATUSES = AgentStatuses.options;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

const LIVE: readonly SessionPhase[] = ["Pending", "Queued", "Creating", "Running", "Stopping"];
const ENDED: readonly SessionPhase[] = ["Stopped", "Completed", "Failed"];

export const NO_FILTER: SessionFilter = {
  show: "all",
  search: "",
  phase: undefined,
  agentStatus: undefined,
  runner: "",
  owner: "",
  label: "",
  sort: "-attention",
  page: 1,
};

type Parameters = { get: (name: string) => string | null };

const oneOf = <T extends string>(values: readonly T[], text: string | null): T | undefined =>
  values.find((value) => value === text);

/** Reads the filter from an address; what it does not know it leaves out. */
export function readFilter(parameters: Parameters): SessionFilter {
  const page = Number(parameters.get("page") ?? 1);
  return {
    show: oneOf(SHOWN_FILTERS, parameters.get("show")) ?? NO_FILTER.show,
    search: parameters.get("search") ?? "",
    phase: oneOf(SESSION_PHASES, parameters.get("phase")),
    agentStatus: oneOf(AGENT_STATUSES, parameters.get("agent")),
    runner: parameters.get("runner") ?? "",
    owner: parameters.get("owner") ?? "",
    label: parameters.get("label") ?? "",
    sort: oneOf(SESSION_SORTS, parameters.get("sort")) ?? NO_FILTER.sort,
    page: Number.isInteger(page) && page >= 1 && page <= 100_000 ? page : 1,
  };
}

/** The address's query; what is as usual is left out. */
export function writeFilter(filter: SessionFilter): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string | undefined, usual: string) => {
    if (value !== undefined && value !== usual) parameters.set(name, value);
  };
  set("show", filter.show, NO_FILTER.show);
  set("search", filter.search, "");
  set("phase", filter.phase, "");
  set("agent", filter.agentStatus, "");
  set("runner", filter.runner, "");
  set("owner", filter.owner, "");
  set("label", filter.label, "");
  set("sort", filter.sort, NO_FILTER.sort);
  set("page", String(filter.page), "1");
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** The query that the backend is asked with. */
export function listQueryOf(filter: SessionFilter): string {
  const parameters = new URLSearchParams({
    limit: String(PAGE_SIZE),
    offset: String((filter.page - 1) * PAGE_SIZE),
    sort: filter.sort,
  });
  const phases = filter.phase ?? { all: "", "needs-you": "", running: LIVE.join(), ended: ENDED.join() }[filter.show];
  if (phases !== "") parameters.set("phase", phases);
  if (filter.show === "needs-you") parameters.set("needsPerson", "1");
  if (filter.agentStatus !== undefined) parameters.set("agentStatus", filter.agentStatus);
  for (const name of ["search", "runner", "owner", "label"] as const) {
    const value = filter[name].trim();
    if (value !== "") parameters.set(name, value);
  }
  return parameters.toString();
}

/** How many of the finer filters are in use, for the button that shows them. */
export function countFilters(filter: SessionFilter): number {
  const used = [filter.phase, filter.agentStatus, filter.runner, filter.owner, filter.label];
  return used.filter((value) => value !== undefined && value !== "").length;
}

/** Whether anything narrows the list. */
export function isNarrowed(filter: SessionFilter): boolean {
  return filter.show !== "all" || filter.search.trim() !== "" || countFilters(filter) > 0;
}
