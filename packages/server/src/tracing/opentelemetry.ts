/**
 * Tracing by OpenTelemetry's SDK. Nothing is registered globally, so two servers of one process (in tests) trace apart.
 * Spans are made by hand where a request comes in and where a call goes out: instrumentation that patches modules as they
 * are loaded would write down more than we want to show, such as whole addresses.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  defaultTextMapGetter,
  defaultTextMapSetter,
  trace,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Attributes, OutgoingCall, Tracing } from "./tracing.ts";

export interface OpenTelemetryOptions {
  readonly component: string;
  readonly version: string;
  readonly endpoint: string;
  readonly share: number;
}

const propagator = new W3CTraceContextPropagator();

export class OpenTelemetry implements Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #current = new AsyncLocalStorage<Context>();
  readonly #requests = new WeakMap<FastifyRequest, { span: Span; context: Context }>();

  constructor({ component, version, endpoint, share }: OpenTelemetryOptions) {
    const service = { "service.name": `pilothouse-${component}`, "service.version": version };
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` });
    this.#provider = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes(service)),
      sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    });
    this.#tracer = this.#provider.getTracer("@pilothouse/server", version);
  }

  traceRequests(app: FastifyInstance, facts: (request: FastifyRequest) => Attributes): void {
    app.addHook("onRequest", (request, reply, done) => {
      const { context } = this.#begin(request, reply, facts);
      this.#current.run(context, done);
    });
    // A body arrives in events of the connection, which know nothing of the request that it belongs to.
    app.addHook("preValidation", (request, _reply, done) => {
      const known = this.#requests.get(request);
      if (known === undefined) done();
      else this.#current.run(known.context, done);
    });
  }

  async call<T>({ name, attributes, make, statusOf }: OutgoingCall<T>): Promise<T> {
    const parent = this.#current.getStore() ?? ROOT_CONTEXT;
    const span = this.#tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent);
    const headers: Record<string, string> = {};
    propagator.inject(trace.setSpan(parent, span), headers, defaultTextMapSetter);
    try {
      const answer = await make(headers);
      const status = statusOf(answer);
      span.setAttribute("http.response.status_code", status);
      if (status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
      return answer;
    } catch (error) {
      // The kind alone: a message may quote what was sent.
      span.setAttribute("error.type", error instanceof Error ? error.name : "unknown");
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  async close(): Promise<void> {
    await this.#provider.shutdown();
  }

  #begin(
    request: FastifyRequest,
    reply: FastifyReply,
    facts: (request: FastifyRequest) => Attributes,
  ): { context: Context } {
    const remote = propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const route = request.routeOptions.url ?? "none";
    const span = this.#tracer.startSpan(
      `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: { "http.request.method": request.method, "http.route": route, "pilothouse.request_id": request.id },
      },
      remote,
    );
    const context = trace.setSpan(remote, span);
    this.#requests.set(request, { span, context });
    reply.raw.once("close", () => {
      const { statusCode } = reply.raw;
      span.setAttributes({ ...facts(request), "http.response.status_code": statusCode });
      if (!reply.raw.writableFinished) span.setAttribute("error.type", "closed");
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    return { context };
  }
}
