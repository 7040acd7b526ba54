/** What a session's event stream means to a reader: entries in order of appearance, the run in progress, open questions. */
import type { ContentPart } from "./content.ts";
import { PersistentVector } from "./persistent-vector.ts";

interface EntryBase {
  /** Unique in the thread; stays the same while the entry grows. */
  readonly key: string;
  /** The protocol's id of the message, tool call, interrupt or subagent. */
  readonly id: string;
  readonly runId: string | undefined;
  /** The subagent that this belongs to; undefined in the main conversation. */
  readonly subagentRunId: string | undefined;
  /** Milliseconds since the epoch, as far as the events said. */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** True when a snapshot left this entry out: it is no longer a part of the conversation. */
  readonly hidden: boolean;
}

export interface Sender {
  readonly userId: string;
  readonly displayName: string | undefined;
}

export interface UserEntry extends EntryBase {
  readonly kind: "user";
  readonly parts: readonly ContentPart[];
  readonly sender: Sender | undefined;
}

export interface TextEntry extends EntryBase {
  readonly kind: "text";
  readonly role: string;
  readonly text: string;
  readonly isStreaming: boolean;
}

export interface ReasoningEntry extends EntryBase {
  readonly kind: "reasoning";
  readonly text: string;
  readonly isStreaming: boolean;
}

/** `unanswered`: the run ended, and no result ever came. */
export type ToolPhase = "arguments" | "running" | "done" | "unanswered";

export interface ToolEntry extends EntryBase {
  readonly kind: "tool";
  /** Undefined when only a result or arguments were ever seen. */
  readonly name: string | undefined;
  readonly argumentsText: string;
  readonly phase: ToolPhase;
  readonly result: string | undefined;
  readonly resultParts: readonly ContentPart[];
  readonly isError: boolean;
  /** Positions of subagents that this call started. */
  readonly subagents: readonly number[];
}

export interface SubagentEntry extends EntryBase {
  readonly kind: "subagent";
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly phase: "running" | "done" | "suspended" | "failed" | "cut";
  readonly message: string | undefined;
  /** Positions of the entries that this subagent made. */
  readonly children: PersistentVector<number>;
}

export interface ActivityEntry extends EntryBase {
  readonly kind: "activity";
  readonly activityType: string;
  readonly content: unknown;
}

export type InterruptResolution =
  | { readonly status: "resolved"; readonly payload: unknown }
  | { readonly status: "cancelled" }
  /** The conversation went on without an answer. */
  | { readonly status: "superseded" };

export interface InterruptEntry extends EntryBase {
  readonly kind: "interrupt";
  readonly reason: string;
  readonly message: string | undefined;
  readonly toolCallId: string | undefined;
  readonly responseSchema: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly resolution: InterruptResolution | undefined;
}

/** The end of a run that is worth a line: it failed, or somebody stopped it. */
export interface RunEndEntry extends EntryBase {
  readonly kind: "run-end";
  readonly outcome: "error" | "cancelled" | "cut";
  readonly message: string | undefined;
  readonly code: string | undefined;
}

export type Entry =
  | UserEntry
  | TextEntry
  | ReasoningEntry
  | ToolEntry
  | SubagentEntry
  | ActivityEntry
  | InterruptEntry
  | RunEndEntry;

export interface TokenCount {
  readonly input: number;
  readonly output: number;
  readonly cached: number;
}

export interface RunRecord {
  readonly runId: string;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly outcome: "running" | "success" | "interrupt" | "cancelled" | "error" | "cut";
  readonly tokens: TokenCount;
  readonly toolCalls: number;
  /** Position of the run's first entry. */
  readonly firstEntry: number;
}

export interface ActiveRun {
  readonly runId: string;
  readonly startedAt: number | undefined;
  readonly step: string | undefined;
}

export interface ThreadState {
  /** The newest event that this state contains; events up to it are ignored when they come again. */
  readonly lastSeq: number;
  readonly entries: PersistentVector<Entry>;
  /** Positions in `entries` that the main conversation shows, in order. */
  readonly main: PersistentVector<number>;
  readonly run: ActiveRun | undefined;
  readonly runs: PersistentVector<RunRecord>;
  /** Nothing before this position is still growing: where the end of a run begins to look for what it must close. */
  readonly settledUntil: number;
  /** Positions of interrupts that wait for an answer. */
  readonly pendingInterrupts: readonly number[];
  /** State that the agent shares with its readers. */
  readonly shared: unknown;
  /** Where chunk events without an id go on: per lane and kind, the key of the entry they belong to. */
  readonly chunks: ReadonlyMap<string, string>;
  /**
   * Key → position of the newest entry with it. One map for all states of a thread, which only ever grows: an answer is
   * good only if the entry at the position really has the key (see `positionOf`).
   */
  readonly positions: Map<string, number>;
}

export function emptyThread(): ThreadState {
  return {
    lastSeq: 0,
    entries: PersistentVector.empty(),
    main: PersistentVector.empty(),
    run: undefined,
    runs: PersistentVector.empty(),
    settledUntil: 0,
    pendingInterrupts: [],
    shared: undefined,
    chunks: new Map(),
    positions: new Map(),
  };
}
