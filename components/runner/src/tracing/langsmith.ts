/** LangSmith, through its own SDK: a run tree for each run, with a child for each model request and each tool. */
import { randomUUID } from "node:crypto";
import type { RunnerFeedback } from "@pilothouse/contracts/rest/agui";
import { Client, RunTree } from "langsmith";
import { SCORE_NAME, type ExporterOptions, type TraceExporter, type TracePlace } from "./exporter.ts";
import type { RunTrace } from "./run-trace.ts";

const MILLISECONDS = 5000;
const MOST_QUEUED_BYTES = 16 * 1024 * 1024;

export class LangSmithExporter implements TraceExporter {
  readonly #options: ExporterOptions;
  readonly #client: Client;
  readonly #projectName: string;

  /** @param projectName LangSmith's project for the runs */
  constructor(options: ExporterOptions, projectName: string | undefined) {
    this.#options = options;
    this.#projectName = projectName ?? `pilothouse-${options.project}`;
    this.#client = new Client({
      apiUrl: options.url,
      apiKey: options.token,
      timeout_ms: MILLISECONDS,
      autoBatchTracing: true,
      maxIngestMemoryBytes: MOST_QUEUED_BYTES,
      callerOptions: { maxRetries: 1 },
      omitTracedRuntimeInfo: true,
    });
  }

  export(trace: RunTrace): ReturnType<TraceExporter["export"]> {
    const { content, sessionName, project } = this.#options;
    const metadata = {
      session_id: trace.threadId,
      thread_id: trace.threadId,
      session_name: sessionName,
      project,
      run_id: trace.runId,
      outcome: trace.outcome,
      ...(trace.user === undefined ? {} : { user_id: trace.user }),
      ...(trace.costUsd === undefined ? {} : { cost_usd: trace.costUsd }),
    };
    const root = new RunTree({
      name: sessionName,
      run_type: "chain",
      id: randomUUID(),
      client: this.#client,
      project_name: this.#projectName,
      start_time: trace.startedAt,
      inputs: { input: content(trace.input) },
      extra: { metadata },
      tracingEnabled: true,
    });
    const finished: RunTree[] = [root];
    const messages = new Map<string, TracePlace>();
    for (const generation of trace.generations) {
      const { usage, output, model, provider } = generation;
      const child = root.createChild({
        name: model,
        run_type: "llm",
        start_time: generation.startedAt,
        inputs: {},
        extra: {
          metadata: { ls_provider: provider, ls_model_name: model, ls_model_type: "chat", thread_id: trace.threadId },
        },
      });
      const outputs = {
        text: content(output.text),
        ...(output.reasoning === "" ? {} : { reasoning: content(output.reasoning) }),
        ...(output.toolCalls.length === 0 ? {} : { tool_calls: output.toolCalls }),
        usage_metadata: {
          input_tokens: usage.inputTokens,
          output_tokens: usage.outputTokens,
          total_tokens: usage.inputTokens + usage.outputTokens,
          input_token_details: { cache_read: usage.cachedTokens },
          total_cost: usage.costUsd,
        },
      };
      void child.end(outputs, undefined, generation.endedAt);
      finished.push(child);
      for (const id of generation.messageIds) messages.set(id, { traceId: root.id, observationId: child.id });
    }
    for (const tool of trace.tools) {
      const child = root.createChild({
        name: tool.name,
        run_type: "tool",
        start_time: tool.startedAt,
        inputs: { input: content(tool.input) },
      });
      const outputs = { output: content(tool.output) };
      void child.end(outputs, tool.isError ? String(content(tool.output)) : undefined, tool.endedAt);
      finished.push(child);
    }
    void root.end({ output: content(trace.output) }, trace.error, trace.endedAt);
    for (const run of finished) run.postRun().catch(this.#options.onProblem);
    return { run: { traceId: root.id, observationId: root.id }, messages };
  }

  score(
    { messageId, metaType, comment, userId }: RunnerFeedback,
    place: TracePlace | undefined,
    threadId: string,
  ): void {
    const { content, onProblem } = this.#options;
    if (place === undefined)
      return onProblem(new Error(`message ${messageId} of ${threadId} has no trace of this attempt`));
    this.#client
      .createFeedback(place.observationId, SCORE_NAME, {
        score: metaType === "thumbs_up" ? 1 : 0,
        ...(comment === undefined ? {} : { comment: String(content(comment)) }),
        sourceInfo: { messageId, userId },
      })
      .catch(onProblem);
  }

  async flush(): Promise<void> {
    await this.#client.awaitPendingTraceBatches();
  }
}
