/** What every tracing service is to us: takes a run's trace and people's word on it. Neither waits nor fails. */
import type { RunnerFeedback } from "@pilothouse/contracts/rest/agui";
import type { Content } from "./content.ts";
import type { RunTrace } from "./run-trace.ts";

export interface ExporterOptions {
  /** The broker's address for the service. */
  readonly url: string;
  readonly token: string;
  readonly sessionName: string;
  readonly project: string;
  readonly content: Content;
  readonly onProblem: (error: unknown) => void;
}

/** Where in the service a message of the transcript is. */
export interface TracePlace {
  readonly traceId: string;
  readonly observationId: string;
}

export interface TraceExporter {
  /** Queues the trace. Answers where it will be, and where the answers of its generations, by message. */
  export(trace: RunTrace): { readonly run: TracePlace; readonly messages: ReadonlyMap<string, TracePlace> };
  score(feedback: RunnerFeedback, place: TracePlace | undefined, threadId: string): void;
  /** Sends what is queued. */
  flush(): Promise<void>;
}

export const SCORE_NAME = "user-feedback";
