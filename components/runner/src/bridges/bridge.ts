/**
 * What an agent framework must do to run in a session. A bridge emits the inside of a run (text, reasoning, tools, state,
 * subagents); the runner around it opens and ends runs, numbers, redacts and stores the events. A new bridge is a folder
 * beside this file, a line in `index.ts`, and an entry in the agent registry.
 */
import type { Event } from "@pilothouse/agui";
import type { AgenticSessionSpec, McpServer } from "@pilothouse/contracts/resources/agentic-session";
import type { BackgroundTask, RunnerFeedback, TaskOutput } from "@pilothouse/contracts/rest/agui";
import type { McpServerStatus as McpServerStatusSchema } from "@pilothouse/contracts/rest/runner";
import type { CapabilitiesReport, FrameworkCapabilities } from "@pilothouse/contracts/runner/capabilities";
import type { Interrupt, Message, ResumeEntry, TokenUsage, Tool } from "@ag-ui/core";
import type { Logger } from "pino";
import type { z } from "zod";
import type { WorkspacePaths } from "../environment.ts";
import type { RunnerErrorCode } from "../errors.ts";
import type { PlatformActions } from "../platform/actions.ts";
import type { LoadedWorkflow } from "../workspace/workflow.ts";
import type { LastingApprovals } from "../state/lasting-approvals.ts";
import type { SharedState } from "../state/shared-state.ts";

export type McpServerStatus = z.infer<typeof McpServerStatusSchema>;

/** Takes the events of one run. What arrives after the run's end is dropped and logged. */
export interface EventSink {
  emit(event: Event): void;
  /** Resolves when the log has kept up; a bridge that produces much awaits it now and then. */
  writable(): Promise<void>;
}

export interface RunInput {
  readonly threadId: string;
  readonly runId: string;
  /** New messages only; those of the role "tool" are results of calls that the client carried out. */
  readonly messages: readonly Message[];
  readonly resume: readonly ResumeEntry[];
  /** The interrupts that `resume` answers, as they were asked: a bridge that was restarted has forgotten them. */
  readonly interrupts: readonly Interrupt[];
  readonly state?: unknown;
  /** Tools of the client in this run. Their calls end a run, which names them as pending; the next one brings results. */
  readonly tools?: readonly Tool[];
  /** What the client tells of itself, for the agent to read before the messages. */
  readonly preface?: string;
}

interface Totals {
  /** Text of the last answer, for the session's `status.agent.result`. */
  readonly text?: string;
  /** What the framework counted in this run; the broker's own count wins when it is there. */
  readonly usage?: readonly TokenUsage[];
  readonly costUsd?: number;
}

/** How a run ended. */
export type RunOutcome = Totals &
  (
    | {
        readonly type: "success";
        readonly result?: unknown;
        /** Calls that the client is to carry out. */
        readonly pendingToolCallIds?: readonly string[];
      }
    | {
        readonly type: "interrupt";
        readonly interrupts: readonly Interrupt[];
        readonly pendingToolCallIds?: readonly string[];
      }
    | { readonly type: "cancelled" }
    | { readonly type: "error"; readonly code: RunnerErrorCode; readonly message: string }
  );

/** A run that the framework began by itself: a background task that reports, a subagent that goes on. */
export interface AutonomousRun {
  readonly sink: EventSink;
  /** Aborted when a user's run waits for its turn, or the session stops: end soon. */
  readonly yieldSignal: AbortSignal;
  end(outcome: RunOutcome): Promise<void>;
}

/** A change of the session's spec that the runner acts on while it lives. */
export type SpecChange =
  | { readonly type: "model"; readonly model: string | undefined }
  | { readonly type: "permissionMode"; readonly permissionMode: AgenticSessionSpec["permissionMode"] }
  | { readonly type: "mcpServers"; readonly servers: Readonly<Record<string, McpServer>> }
  | { readonly type: "repositories"; readonly workingDirectory: string; readonly directories: readonly string[] }
  /** `SessionContext.workflow` is another one now. */
  | { readonly type: "workflow" };

export interface SessionContext {
  readonly sessionName: string;
  readonly project: string;
  readonly threadId: string;
  readonly spec: AgenticSessionSpec;
  readonly paths: WorkspacePaths;
  /** Where the agent works: the only repository, else the workspace. */
  readonly workingDirectory: string;
  /** Folders of all repositories. */
  readonly directories: readonly string[];
  readonly model: string | undefined;
  /** The provider that models.json names for a model; undefined = it is not listed. */
  readonly providerOfModel: (model: string) => string | undefined;
  readonly mcpServers: Readonly<Record<string, McpServer>>;
  readonly broker: { readonly url: string; readonly token: string };
  /** Variables that make git safe, for every process that the agent starts. */
  readonly gitEnvironment: Readonly<Record<string, string>>;
  /** The workflow that is active now, if any: instructions, commands and agents to add to the session's own. */
  readonly workflow: LoadedWorkflow | undefined;
  /** What was said before the framework can remember, as text for the agent's prompt. */
  readonly formerConversation?: string | undefined;
  /** What the platform's tools do; see `platform/tools.ts`. */
  readonly platform: PlatformActions;
  readonly recordingsDirectory: string | undefined;
  /** The framework's conversation of a former attempt. */
  readonly frameworkSessionId: string | undefined;
  /** Remembers the framework's conversation across attempts. */
  rememberFrameworkSession(id: string): Promise<void>;
  /** What agent and clients share between turns. */
  readonly sharedState: SharedState;
  /** What the user has allowed for good, in this attempt or a former one. */
  readonly approvals: LastingApprovals;
  /** Waits until no other run is open, then opens one. Rejects when the signal aborts before. */
  beginAutonomousRun(reason: string, signal: AbortSignal): Promise<AutonomousRun>;
  /** Text without secrets, for messages that do not pass the event log. */
  redact(this: void, text: string): string;
  readonly logger: Logger;
}

export interface PlatformBridge {
  /** True when it takes models of every provider: a session that names none gets the installation's default. */
  readonly anyProvider?: boolean;
  /**
   * Whether a new process knows the conversation that a former one had. Absent: as `capabilities().sessionPersistence`
   * says. When it does not, the runner says so in the transcript of a restarted session.
   */
  readonly remembers?: boolean;
  /**
   * What becomes of a run's `tools`: offered to the agent, or passed over because there is no agent. Absent: such a run is
   * refused.
   */
  readonly clientTools?: "offered" | "ignored" | undefined;
  capabilities(): FrameworkCapabilities;
  /** What the framework itself reports, as far as it is known. */
  report(): CapabilitiesReport;
  /** Makes everything ready for the first run. Rejects with a RunnerError when the framework cannot work at all. */
  start(context: SessionContext): Promise<void>;
  /** One run at a time. Resolves with its outcome; a rejection becomes an error outcome. */
  run(input: RunInput, sink: EventSink): Promise<RunOutcome>;
  /** Ends the present run soon, with the outcome "cancelled"; without effect when there is none. */
  interrupt(): Promise<void>;
  applyChange(change: SpecChange): Promise<void>;
  mcpStatus(): Promise<McpServerStatus[]>;
  /** Work that the agent left running beside the conversation. Absent, with the next two: there never is any. */
  tasks?(): readonly BackgroundTask[];
  /** @throws RunnerError NOT_FOUND */
  stopTask?(id: string): Promise<void>;
  /** @throws RunnerError NOT_FOUND */
  taskOutput?(id: string): Promise<TaskOutput>;
  /** A user's word on a message. Best effort: it must neither take long nor reject. */
  feedback?(feedback: RunnerFeedback): void;
  /** Ends all that the bridge started. */
  stop(): Promise<void>;
}
