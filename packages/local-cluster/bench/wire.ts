// The thinnest client that can measure: requests and watches over TLS, with the certificate in a kubeconfig.
import { readFileSync } from "node:fs";
import { Agent, request, type IncomingMessage } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { parse } from "yaml";

export interface Wire {
  /** Resolves with the response's size; rejects for a status of 400 and up. */
  send(method: string, path: string, body?: unknown): Promise<number>;
  watch(path: string, signal: AbortSignal, onLine: (line: string) => void): Promise<void>;
  close(): Promise<void>;
}

interface Kubeconfig {
  readonly clusters: readonly { cluster: { server: string; "certificate-authority-data"?: string } }[];
  readonly users: readonly { user: { "client-certificate-data"?: string; "client-key-data"?: string } }[];
}

export function connectKubeconfig(file: string): Wire {
  const { clusters, users } = parse(readFileSync(file, "utf8")) as Kubeconfig;
  const cluster = clusters[0]?.cluster;
  if (cluster === undefined) throw new Error(`${file}: no cluster`);
  const base = new URL(cluster.server);
  const decode = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : Buffer.from(text, "base64").toString("utf8");
  const tls = {
    ca: decode(cluster["certificate-authority-data"]),
    cert: decode(users[0]?.user["client-certificate-data"]),
    key: decode(users[0]?.user["client-key-data"]),
  };
  const secure = base.protocol === "https:";
  const agent = secure ? new TlsAgent({ keepAlive: true, ...tls }) : new Agent({ keepAlive: true });
  const call = secure ? tlsRequest : request;
  const start = (
    method: string,
    path: string,
    body: string | undefined,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers =
        body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const sent = call(
        {
          host: base.hostname,
          port: base.port,
          method,
          path,
          agent,
          headers,
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      sent.on("error", reject);
      sent.end(body);
    });
  return {
    send: async (method, path, body) => {
      const response = await start(method, path, body === undefined ? undefined : JSON.stringify(body));
      let size = 0;
      let text = "";
      const failed = (response.statusCode ?? 0) >= 400;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (failed) text += chunk.toString();
      }
      if (failed) throw new Error(`${method} ${path}: ${response.statusCode ?? 0} ${text}`);
      return size;
    },
    watch: async (path, signal, onLine) => {
      const response = await start("GET", path, undefined, signal);
      let rest = "";
      for await (const chunk of response as AsyncIterable<Buffer>) {
        const lines = (rest + chunk.toString()).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) onLine(line);
      }
    },
    close: async () => agent.destroy(),
  };
}
