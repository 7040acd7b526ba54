/**
 * Traces of a session's runs, for the service that the bridge supports and the project has keys for. Follows the recorded
 * events and exports a run when it has ended. Never in the way: what fails is logged once, what is too much is dropped.
 */
import { EventType, endsRun, type Event } from "@pilothouse/agui";
import type { RunnerFeedback } from "@pilothouse/contracts/rest/agui";
import type { FrameworkCapabilities } from "@pilothouse/contracts/runner/capabilities";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { z } from "zod";
import { messageOf } from "../errors.ts";
import { fullContent, maskedContent } from "./content.ts";
import type { ExporterOptions, TraceExporter, TracePlace } from "./exporter.ts";
import { ModelRequest, RunTraceBuilder, type RunTrace } from "./run-trace.ts";

type Service = NonNullable<FrameworkCapabilities["supportedTracing"]>;

export interface TracingOptions {
  readonly supported: FrameworkCapabilities["supportedTracing"];
  readonly broker: { readonly url: string; readonly token: string };
  readonly sessionName: string;
  readonly project: string;
  readonly threadId: string;
  /** "full" sends the words of a run as well. */
  readonly content: string | undefined;
  /** The run that a crash of the former attempt cut off: it had no chance to be exported. */
  readonly cutOff?: { readonly run: RunTraceBuilder; readonly end: Event } | undefined;
  readonly logger: Logger;
  /** Milliseconds before each further try to open. Default 1, 5, 15 and 60 s. */
  readonly pauses?: readonly number[];
}

const TIMEOUT = 2000;
/** Milliseconds before each further try to open. */
const PAUSES = [1000, 5000, 15_000, 60_000];
const PLACES_KEPT = 5000;
/** Runs that wait to be exported: more means that the broker does not answer. */
const MOST_WAITING = 20;

const Report = z.looseObject({
  langfuse: z.boolean().default(false),
  langsmith: z.boolean().default(false),
  langsmithProject: z.string().nullish(),
});
const Requests = z.object({ items: z.array(ModelRequest) });

export class Tracing {
  readonly #options: TracingOptions;
  readonly #places = new Map<string, TracePlace>();
  #exporter: TraceExporter | undefined;
  #service: Service | undefined;
  #run: RunTraceBuilder | undefined;
  #seenRequest = 0;
  #waiting = 0;
  #exporting: Promise<void> = Promise.resolve();
  #complained = false;
  readonly #stopped = new AbortController();

  constructor(options: TracingOptions) {
    this.#options = options;
  }

  /** The service in use; null when none is configured. */
  get service(): Service | null {
    return this.#service ?? null;
  }

  /**
   * Asks the broker what the project has keys for. Never rejects, and does not wait for the further tries of a broker that
   * is busy at the start: runs that begin before it answers are not traced.
   */
  async open(): Promise<void> {
    const { supported } = this.#options;
    if (supported === null || (await this.#tryOpen(supported))) return;
    void this.#openLater(supported);
  }

  async #openLater(supported: Service): Promise<void> {
    const { signal } = this.#stopped;
    for (const pause of this.#options.pauses ?? PAUSES) {
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || (await this.#tryOpen(supported))) return;
    }
  }

  /** True when the broker has answered. */
  async #tryOpen(supported: Service): Promise<boolean> {
    try {
      const report = Report.parse(await this.#ask("/tracing"));
      if (!report[supported]) return true;
      const { items } = Requests.parse(await this.#ask("/usage/requests"));
      this.#seenRequest = items.at(-1)?.number ?? 0;
      this.#exporter = await this.#load(supported, report.langsmithProject ?? undefined);
      this.#service = supported;
      this.#options.logger.info({ service: supported, content: this.#content }, "runs are traced");
      const { cutOff } = this.#options;
      // The broker that counted its requests has gone with the former attempt's pod.
      if (cutOff !== undefined) this.#place(cutOff.run.finish(cutOff.end, cutOff.run.lastAt, []));
      return true;
    } catch (error) {
      this.#problem(error);
      return false;
    }
  }

  /** Told of each event as it is recorded. */
  see(event: Event): void {
    if (this.#exporter === undefined) return;
    const at = event.timestamp ?? Date.now();
    if (event.type === EventType.RUN_STARTED) this.#run = new RunTraceBuilder(event, at);
    const run = this.#run;
    if (run === undefined) return;
    run.see(event, at);
    if (!endsRun(event)) return;
    this.#run = undefined;
    if (this.#waiting >= MOST_WAITING) return this.#problem(new Error("traces are dropped: too many wait to be sent"));
    this.#waiting++;
    this.#exporting = this.#exporting
      .then(async () => this.#export(run, event, at))
      .catch((error: unknown) => this.#problem(error))
      .finally(() => this.#waiting--);
  }

  feedback(feedback: RunnerFeedback): void {
    try {
      this.#exporter?.score(feedback, this.#places.get(feedback.messageId), this.#options.threadId);
    } catch (error) {
      this.#problem(error);
    }
  }

  /** Sends what is left, and waits for it no longer than `milliseconds`. */
  async stop(milliseconds: number): Promise<void> {
    this.#stopped.abort();
    const exporter = this.#exporter;
    if (exporter === undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    const sent = this.#exporting.then(async () => exporter.flush()).catch((error: unknown) => this.#problem(error));
    await Promise.race([sent, promise]);
    clearTimeout(timer);
  }

  async #export(run: RunTraceBuilder, end: Event, at: number): Promise<void> {
    const { items } = Requests.parse(await this.#ask(`/usage/requests?after=${this.#seenRequest}`));
    this.#seenRequest = items.at(-1)?.number ?? this.#seenRequest;
    this.#place(run.finish(end, at, items));
  }

  #place(trace: RunTrace): void {
    const placed = this.#exporter?.export(trace);
    if (placed === undefined) return;
    for (const [id, place] of placesIn(trace, placed)) {
      this.#places.set(id, place);
      const [oldest] = this.#places.keys();
      if (this.#places.size > PLACES_KEPT && oldest !== undefined) this.#places.delete(oldest);
    }
  }

  /** Both SDKs are large: what is not used is not loaded. */
  async #load(service: Service, langsmithProject: string | undefined): Promise<TraceExporter> {
    const { broker, sessionName, project } = this.#options;
    const options: ExporterOptions = {
      url: `${broker.url}/tracing/${service}`,
      token: broker.token,
      sessionName,
      project,
      content: this.#content === "full" ? fullContent : maskedContent,
      onProblem: (error) => this.#problem(error),
    };
    if (service === "langsmith")
      return new (await import("./langsmith.ts")).LangSmithExporter(options, langsmithProject);
    return new (await import("./langfuse.ts")).LangfuseExporter(options);
  }

  get #content(): "full" | "masked" {
    return this.#options.content === "full" ? "full" : "masked";
  }

  async #ask(path: string): Promise<unknown> {
    const { url, token } = this.#options.broker;
    const response = await fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (!response.ok) throw new Error(`the broker answered ${path} with ${response.status}`);
    return response.json();
  }

  /** A service that is down would say so with every run. */
  #problem(error: unknown): void {
    const { logger } = this.#options;
    const fields = { reason: messageOf(error) };
    if (this.#complained) logger.debug(fields, "a trace was not sent");
    else logger.warn(fields, "a trace was not sent; further ones are only told in debug logs");
    this.#complained = true;
  }
}

function placesIn(trace: RunTrace, placed: ReturnType<TraceExporter["export"]>): Map<string, TracePlace> {
  const places = new Map<string, TracePlace>([[trace.runId, placed.run]]);
  for (const generation of trace.generations)
    for (const id of generation.messageIds) places.set(id, placed.messages.get(id) ?? placed.run);
  return places;
}
