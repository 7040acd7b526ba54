/** Stands where Langfuse and LangSmith are, and understands their wires as far as they are used. */
import { gunzipSync } from "node:zlib";
import { serve, json } from "./http.ts";

export interface Observation {
  readonly id: string;
  readonly parent: string;
  readonly trace: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export class TracingSinks {
  /** Langfuse's observations, decoded from OTLP. */
  readonly observations: Observation[] = [];
  /** Bodies of Langfuse's ingestion events. */
  readonly scores: Record<string, unknown>[] = [];
  /** LangSmith's runs by id: what was posted and patched, together. */
  readonly runs = new Map<string, Record<string, unknown>>();
  readonly feedback: Record<string, unknown>[] = [];
  readonly credentials = new Set<string>();
  url = "";
  close: () => Promise<void> = async () => undefined;

  static async start(): Promise<TracingSinks> {
    const sinks = new TracingSinks();
    const served = await serve((request, raw, response) => {
      const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
      sinks.credentials.add(String(request.headers["x-api-key"] ?? request.headers.authorization ?? ""));
      const path = (request.url ?? "").split("?")[0] ?? "";
      if (path === "/api/public/otel/v1/traces") {
        sinks.#otlp(JSON.parse(body.toString("utf8")));
        return json(response, 200, {});
      }
      if (path === "/api/public/ingestion") {
        const { batch } = JSON.parse(body.toString("utf8")) as {
          batch: { id: string; body: Record<string, unknown> }[];
        };
        sinks.scores.push(...batch.map((event) => event.body));
        return json(response, 207, { successes: batch.map(({ id }) => ({ id, status: 201 })), errors: [] });
      }
      if (path === "/info")
        return json(response, 200, { version: "0.12", batch_ingest_config: { use_multipart_endpoint: true } });
      if (path === "/runs/multipart") {
        sinks.#multipart(request.headers["content-type"] ?? "", body.toString("utf8"));
        return json(response, 202, {});
      }
      if (path === "/feedback") {
        sinks.feedback.push(JSON.parse(body.toString("utf8")));
        return json(response, 200, {});
      }
      return json(response, 404, { path });
    });
    sinks.url = served.url;
    sinks.close = async () => served.close();
    return sinks;
  }

  #otlp(document: { resourceSpans?: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] }): void {
    for (const resource of document.resourceSpans ?? [])
      for (const { spans } of resource.scopeSpans)
        for (const span of spans)
          this.observations.push({
            id: String(span["spanId"]),
            parent: typeof span["parentSpanId"] === "string" ? span["parentSpanId"] : "",
            trace: String(span["traceId"]),
            name: String(span["name"]),
            start: Number(span["startTimeUnixNano"]) / 1e6,
            end: Number(span["endTimeUnixNano"]) / 1e6,
            attributes: Object.fromEntries(
              (span["attributes"] as { key: string; value: Record<string, unknown> }[]).map(({ key, value }) => [
                key,
                Object.values(value)[0],
              ]),
            ),
          });
  }

  /** Parts are named `post.ID` for a run, and `post.ID.inputs` and so on for the large values of it. */
  #multipart(type: string, body: string): void {
    const boundary = /boundary=([^;]+)/.exec(type)?.[1] ?? "";
    for (const part of body.split(`--${boundary}`)) {
      const [, id, field] = /name="(?:post|patch)\.([0-9a-f-]+)(?:\.([a-z_]+))?"/.exec(part) ?? [];
      if (id === undefined) continue;
      const value: unknown = JSON.parse(part.slice(part.indexOf("\r\n\r\n")).trim());
      const known = this.runs.get(id) ?? {};
      this.runs.set(id, field === undefined ? { ...known, ...Object(value) } : { ...known, [field]: value });
    }
  }
}
