/** What the bridge needs of a graph, wherever it runs: turns of one conversation, and the questions that it waits with. */
import type { Message, Tool } from "@ag-ui/core";
import type { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import type { Waiting } from "./asking.ts";
import type { Tell } from "./told.ts";

export type TurnInput =
  | { readonly type: "messages"; readonly messages: readonly Message[] }
  /** By the id of the interrupt that each answers. */
  | { readonly type: "answers"; readonly answers: Readonly<Record<string, unknown>> };

export interface TurnOptions {
  readonly runId: string;
  /** Tools of the client. */
  readonly clientTools: readonly Tool[];
  readonly tell: Tell;
  /** Resolves when what was told has been taken. */
  readonly taken: () => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Surroundings {
  readonly model: string | undefined;
  readonly permissionMode: AgenticSessionSpec["permissionMode"];
  readonly workingDirectory: string;
  readonly directories: readonly string[];
}

export interface GraphEngine {
  readonly tools: readonly string[];
  /** Whether it can offer tools of the client. */
  readonly takesClientTools: boolean;
  /** Ids of the calls that a former attempt made. */
  open(): Promise<{ readonly callIds: readonly string[] }>;
  /** Questions that wait for their answers. */
  waiting(): Promise<readonly Waiting[]>;
  /** The user will not answer them. */
  abandon(tell: Tell): Promise<void>;
  /** What the graph says and does until it is done, waits, or fails. Rejects when it fails or the signal aborts. */
  turn(input: TurnInput, options: TurnOptions): Promise<void>;
  /** From the next request to a model on. */
  change(surroundings: Surroundings): Promise<void>;
  stop(): Promise<void>;
}
