/** Langfuse, through its own SDK: one trace for each run, with generations and tools as observations below it. */
import { LangfuseClient } from "@langfuse/client";
import { LangfuseSpanProcessor } from "@langfuse/otel";
import { setLangfuseTracerProvider, startObservation, type LangfuseObservation } from "@langfuse/tracing";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import type { RunnerFeedback } from "@pilothouse/contracts/rest/agui";
import { SCORE_NAME, type ExporterOptions, type TraceExporter, type TracePlace } from "./exporter.ts";
import type { RunTrace } from "./run-trace.ts";

/** The broker knows the keys; this stands where the public one would be. */
const PUBLIC_KEY = "pilothouse";
const SECONDS = 5;

export class LangfuseExporter implements TraceExporter {
  readonly #options: ExporterOptions;
  readonly #processor: LangfuseSpanProcessor;
  readonly #client: LangfuseClient;

  constructor(options: ExporterOptions) {
    this.#options = options;
    const account = { publicKey: PUBLIC_KEY, secretKey: options.token, baseUrl: options.url, timeout: SECONDS };
    this.#processor = new LangfuseSpanProcessor({
      ...account,
      flushInterval: 2,
      mediaUploadEnabled: false,
      shouldExportSpan: () => true,
    });
    // A provider of its own: nothing else in this process is traced by it.
    setLangfuseTracerProvider(new BasicTracerProvider({ spanProcessors: [this.#processor] }));
    this.#client = new LangfuseClient(account);
  }

  export(trace: RunTrace): ReturnType<TraceExporter["export"]> {
    const { content, sessionName, project } = this.#options;
    const root = startObservation(
      "run",
      {
        input: content(trace.input),
        output: content(trace.output),
        metadata: { runId: trace.runId, outcome: trace.outcome, project, session: sessionName, costUsd: trace.costUsd },
        ...(trace.error === undefined ? {} : { level: "ERROR" as const, statusMessage: trace.error }),
      },
      { asType: "agent", startTime: new Date(trace.startedAt) },
    );
    this.#mark(root, trace);
    const parentSpanContext = root.otelSpan.spanContext();
    const messages = new Map<string, TracePlace>();
    for (const generation of trace.generations) {
      const { usage, output } = generation;
      const observation = startObservation(
        "model",
        {
          model: generation.model,
          completionStartTime: new Date(generation.firstByteAt),
          output: {
            text: content(output.text),
            ...(output.reasoning === "" ? {} : { reasoning: content(output.reasoning) }),
            ...(output.toolCalls.length === 0 ? {} : { toolCalls: output.toolCalls }),
          },
          usageDetails: {
            input: Math.max(0, usage.inputTokens - usage.cachedTokens),
            input_cached: usage.cachedTokens,
            output: usage.outputTokens,
          },
          costDetails: { total: usage.costUsd },
          metadata: { provider: generation.provider },
        },
        { asType: "generation", startTime: new Date(generation.startedAt), parentSpanContext },
      );
      this.#mark(observation, trace);
      observation.end(new Date(generation.endedAt));
      for (const id of generation.messageIds) messages.set(id, placeOf(observation));
    }
    for (const tool of trace.tools) {
      const observation = startObservation(
        tool.name,
        {
          input: content(tool.input),
          output: content(tool.output),
          ...(tool.isError ? { level: "ERROR" as const } : {}),
        },
        { asType: "tool", startTime: new Date(tool.startedAt), parentSpanContext },
      );
      this.#mark(observation, trace);
      observation.end(new Date(tool.endedAt));
    }
    root.end(new Date(trace.endedAt));
    return { run: placeOf(root), messages };
  }

  score(
    { messageId, metaType, comment, userId }: RunnerFeedback,
    place: TracePlace | undefined,
    threadId: string,
  ): void {
    const { content } = this.#options;
    this.#client.score.create({
      // The same user's new word on a message replaces the old one.
      id: `${threadId}-${messageId}-${userId}`.slice(0, 200),
      name: SCORE_NAME,
      value: metaType === "thumbs_up" ? 1 : 0,
      dataType: "BOOLEAN",
      ...(place === undefined
        ? { sessionId: threadId }
        : { traceId: place.traceId, observationId: place.observationId }),
      ...(comment === undefined ? {} : { comment: String(content(comment)) }),
      metadata: { messageId, userId },
    });
    void this.#client.score.flush().catch(this.#options.onProblem);
  }

  async flush(): Promise<void> {
    await Promise.all([this.#processor.forceFlush(), this.#client.score.flush()]);
  }

  /** Session and user belong to the trace, which Langfuse reads from any of its observations. */
  #mark({ otelSpan }: LangfuseObservation, { threadId, user }: RunTrace): void {
    const { sessionName } = this.#options;
    otelSpan.setAttributes({
      "langfuse.trace.name": sessionName,
      "session.id": threadId,
      ...(user === undefined ? {} : { "user.id": user }),
    });
  }
}

function placeOf({ traceId, id }: LangfuseObservation): TracePlace {
  return { traceId, observationId: id };
}
