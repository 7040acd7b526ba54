// The cluster under test: the one that PILOTHOUSE_CONFORMANCE_KUBECONFIG names, or a local one made for the occasion.
// PILOTHOUSE_CONFORMANCE_VERSION (`1.20`) helps out where a server was built without its version.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createUndiciTransport, loadKubeconfig, type Transport } from "@pilothouse/kubernetes";
import { startLocalCluster } from "../../src/cluster.ts";
import { isJsonObject, stringAt, type Json, type JsonObject } from "../../src/json.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The document, or an empty object when the body is not one. */
  readonly body: JsonObject;
  readonly text: string;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

export interface WatchedEvent {
  readonly type: string;
  readonly object: JsonObject;
}

export interface EventStream {
  /** The next event; rejects after `milliseconds` (default 5 s) or at the end of the stream. */
  next(milliseconds?: number): Promise<WatchedEvent>;
  /** The events up to and including the first for which `done` holds. */
  until(done: (event: WatchedEvent) => boolean, milliseconds?: number): Promise<WatchedEvent[]>;
  close(): void;
}

export interface Target {
  /** 20 for Kubernetes 1.20. */
  readonly minor: number;
  readonly kubeconfig: string;
  call(method: string, path: string, body?: Json | string, options?: CallOptions): Promise<Answer>;
  patch(path: string, type: "merge" | "json" | "strategic-merge" | "apply", body: Json): Promise<Answer>;
  watch(path: string, options?: CallOptions): Promise<EventStream>;
  /** A fresh namespace, deleted at the end. */
  namespace(prefix: string): Promise<string>;
  close(): Promise<void>;
}

export async function openTarget(): Promise<Target> {
  const given = process.env["PILOTHOUSE_CONFORMANCE_KUBECONFIG"];
  const cleanups: (() => Promise<void> | void)[] = [];
  let kubeconfig = given ?? "";
  if (given === undefined) {
    const directory = mkdtempSync(path.join(tmpdir(), "conformance-"));
    const cluster = await startLocalCluster({ dataDir: directory });
    kubeconfig = cluster.adminKubeconfigFile;
    cleanups.push(
      () => cluster.stop(),
      () => rmSync(directory, { recursive: true, force: true }),
    );
  }
  const connection = await loadKubeconfig(kubeconfig);
  const transport = createUndiciTransport(connection.transport);
  const target = new HttpTarget(transport, kubeconfig);
  await target.readVersion();
  return Object.assign(target, {
    close: async () => {
      await target.deleteNamespaces();
      await transport.close();
      for (const cleanup of cleanups) await cleanup();
    },
  });
}

class HttpTarget {
  readonly #transport: Transport;
  readonly #namespaces: string[] = [];
  readonly kubeconfig: string;
  minor = 0;

  constructor(transport: Transport, kubeconfig: string) {
    this.#transport = transport;
    this.kubeconfig = kubeconfig;
  }

  async readVersion(): Promise<void> {
    const { body } = await this.call("GET", "/version");
    const said = process.env["PILOTHOUSE_CONFORMANCE_VERSION"] ?? stringAt(body, "gitVersion");
    const minor = /^v?1\.(\d+)/.exec(said)?.[1];
    if (minor === undefined)
      throw new Error(`the server says version ${said}: name the true one in PILOTHOUSE_CONFORMANCE_VERSION (1.20)`);
    this.minor = Number(minor);
  }

  async call(method: string, url: string, body?: Json | string, options: CallOptions = {}): Promise<Answer> {
    const response = await this.#transport.request({
      method: method as "GET",
      path: url,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    return { status: response.status, headers: response.headers, body: parseBody(text), text };
  }

  async patch(url: string, type: string, body: Json): Promise<Answer> {
    const mediaType = type === "apply" ? "application/apply-patch+yaml" : `application/${type}-patch+json`;
    return this.call("PATCH", url, body, { headers: { "content-type": mediaType } });
  }

  async watch(url: string, options: CallOptions = {}): Promise<EventStream> {
    const aborter = new AbortController();
    const response = await this.#transport.request({
      method: "GET",
      path: url,
      headers: {
        accept: "application/json",
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      signal: aborter.signal,
      streaming: true,
    });
    return eventStream(response.body, aborter);
  }

  async namespace(prefix: string): Promise<string> {
    const { body } = await this.call("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { generateName: `${prefix}-` },
    });
    const name = stringAt(body, "metadata", "name");
    if (name === "") throw new Error(`no namespace was made: ${JSON.stringify(body)}`);
    this.#namespaces.push(name);
    return name;
  }

  async deleteNamespaces(): Promise<void> {
    for (const name of this.#namespaces) await this.call("DELETE", `/api/v1/namespaces/${name}`);
  }
}

function parseBody(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

function eventStream(body: AsyncIterable<Uint8Array>, aborter: AbortController): EventStream {
  const waiting: WatchedEvent[] = [];
  let ended = false;
  let wake = (): void => {};
  const read = async (): Promise<void> => {
    let rest = "";
    try {
      for await (const chunk of body) {
        const lines = (rest + Buffer.from(chunk).toString("utf8")).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) if (line !== "") waiting.push(JSON.parse(line) as WatchedEvent);
        wake();
      }
    } catch (error) {
      if (!aborter.signal.aborted) throw error;
    } finally {
      ended = true;
      wake();
    }
  };
  const reading = read();
  reading.catch(() => {});

  const next = async (milliseconds = 5000): Promise<WatchedEvent> => {
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const event = waiting.shift();
      if (event !== undefined) return event;
      if (ended) throw new Error("the watch has ended");
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no event within ${milliseconds} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  return {
    next,
    until: async (done, milliseconds) => {
      const events: WatchedEvent[] = [];
      for (;;) {
        const event = await next(milliseconds);
        events.push(event);
        if (done(event)) return events;
      }
    },
    close: () => aborter.abort(),
  };
}

/** Waits until `holds`; throws when it does not in time. For what a controller or a cache brings about a moment later. */
export async function eventually(what: string, holds: () => Promise<boolean>, milliseconds = 15_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
