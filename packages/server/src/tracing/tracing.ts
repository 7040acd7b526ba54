/** Traces of requests and of the calls that they cause. Without an OTLP endpoint nothing of OpenTelemetry is loaded. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";

/** Names, numbers and states. Never a token, a secret, or anything that a person or an agent wrote. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface OutgoingCall<T> {
  /** What is called, of few different values, such as `kubernetes GET`. */
  readonly name: string;
  readonly attributes: Attributes;
  /** Makes the call, with `headers` beside its own, so that the callee's spans belong to the same trace. */
  readonly make: (headers: Readonly<Record<string, string>>) => Promise<T>;
  readonly statusOf: (answer: T) => number;
}

export interface Tracing {
  /** A span for each request, from its head until its answer is complete. */
  traceRequests(app: FastifyInstance, facts: (request: FastifyRequest) => Attributes): void;
  /** A span for a call to another server, a child of the request's that causes it. It ends when the answer begins. */
  call<T>(call: OutgoingCall<T>): Promise<T>;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

export const noTracing: Tracing = {
  traceRequests: () => undefined,
  call: async ({ make }) => make({}),
  close: async () => undefined,
};

/** The standard's own variables; those for headers, compression and time-outs are read by the exporter itself. */
export const TracingEnvironment = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "must be the http or https address of an OTLP collector" })
    .optional()
    .describe("Where traces are sent (OTLP over HTTP); without it there are none"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("Share of traces that are kept, unless the caller's trace has decided"),
});

export async function startTracing(
  component: string,
  version: string,
  { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share }: z.output<typeof TracingEnvironment>,
): Promise<Tracing> {
  if (endpoint === undefined) return noTracing;
  const { OpenTelemetry } = await import("./opentelemetry.ts");
  return new OpenTelemetry({ component, version, endpoint, share });
}
