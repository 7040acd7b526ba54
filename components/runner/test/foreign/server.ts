/**
 * A model server as none of ours is: it answers in every way that a provider, or a proxy before it, was seen to answer. The
 * case is the last word of the user's message; how often a case was asked so far decides between its answers.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Asked {
  readonly path: string;
  readonly body: string;
  /** How often this case was asked before. */
  readonly before: number;
}

export type Answer = (response: ServerResponse, asked: Asked) => Promise<void> | void;

export interface ForeignModel {
  readonly url: string;
  /** Requests to models, the newest last. */
  readonly asked: Asked[];
  stop(): Promise<void>;
}

export async function startForeignModel(cases: Readonly<Record<string, Answer>>): Promise<ForeignModel> {
  const counts = new Map<string, number>();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString("utf8");
    const name = Object.keys(cases).findLast((one) => caseOf(body) === one) ?? "";
    const before = counts.get(name) ?? 0;
    counts.set(name, before + 1);
    const now = { path: request.url ?? "", body, before };
    if (request.method === "POST") asked.push(now);
    const reply = cases[name];
    if (reply === undefined) response.writeHead(404).end();
    else await reply(response, now);
  }
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The newest `case:NAME` of a conversation. */
function caseOf(body: string): string | undefined {
  return [...body.matchAll(/case:([a-z0-9-]+)/g)].at(-1)?.[1];
}

/** Sends it in pieces that respect neither characters nor lines. */
export async function trickle(response: ServerResponse, text: string, piece = 7): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) {
    response.write(bytes.subarray(at, at + piece));
    if (at % (piece * 8) === 0) await sleep(1);
  }
  response.end();
}

export const SSE = { "content-type": "text/event-stream; charset=utf-8" } as const;

export function json(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}

export function html(response: ServerResponse, status: number): void {
  response
    .writeHead(status, { "content-type": "text/html" })
    .end(`<html><head><title>${status}</title></head><body><h1>Bad day at the proxy</h1></body></html>`);
}
