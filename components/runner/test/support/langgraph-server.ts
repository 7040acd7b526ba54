/** A LangGraph server in small: threads, streamed runs, state and cancellation of a real graph, in the wire of the real one. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AIMessage, HumanMessage, type BaseMessage } from "@langchain/core/messages";
import { Command, MemorySaver } from "@langchain/langgraph";
import { harbour } from "./langgraph-graph.ts";

const graph = harbour.compile({ checkpointer: new MemorySaver() });

interface RunBody {
  readonly input?: { readonly messages: { role: string; content: string }[] };
  readonly command?: { readonly resume: Record<string, unknown> };
  readonly stream_subgraphs?: boolean;
}

export interface LangGraphServer {
  readonly url: string;
  /** Runs that were cancelled; undefined = this server does not tell. */
  readonly cancelled: string[] | undefined;
  close(): Promise<void>;
}

const plain = (message: BaseMessage): Record<string, unknown> => {
  const { data } = message.toDict();
  return { ...data, type: message.constructor.name === "AIMessageChunk" ? "AIMessageChunk" : message.getType() };
};

/** Messages become plain objects wherever they are in a value. */
const wire = (value: unknown): unknown => {
  if (AIMessage.isInstance(value) || HumanMessage.isInstance(value)) return plain(value);
  if (Array.isArray(value)) return value.map(wire);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wire(item)]));
};

export async function startLangGraphServer(): Promise<LangGraphServer> {
  const threads = new Set<string>();
  const cancelled: string[] = [];
  const running = new Map<string, AbortController>();

  const stream = async (
    thread: string,
    { input, command, stream_subgraphs: subgraphs = false }: RunBody,
    response: ServerResponse,
  ): Promise<void> => {
    const run = crypto.randomUUID();
    const abort = new AbortController();
    running.set(run, abort);
    response.on("close", () => abort.abort());
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (event: string, data: unknown): void =>
      void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    send("metadata", { run_id: run, thread_id: thread });
    const options = {
      configurable: { thread_id: thread },
      streamMode: ["messages" as const, "updates" as const],
      subgraphs: true as const,
      signal: abort.signal,
    };
    const messages = (input?.messages ?? []).map(({ content }) => new HumanMessage(content));
    try {
      const parts =
        command === undefined
          ? await graph.stream({ messages }, options)
          : await graph.stream(new Command({ resume: command.resume }), options);
      for await (const [path, mode, data] of parts)
        if (subgraphs || path.length === 0) send([mode, ...path].join("|"), wire(data));
    } catch (error) {
      if (!abort.signal.aborted)
        send("error", { error: "Error", message: error instanceof Error ? error.message : "" });
    }
    response.end();
  };

  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const serve = async (): Promise<void> => {
      const [, , thread = "", kind = "", run = ""] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
      const body: unknown = request.method === "GET" ? undefined : await bodyOf(request);
      if (request.url === "/threads") {
        const { thread_id } = body as { thread_id: string };
        threads.add(thread_id);
        return answer(200, { thread_id, metadata: {} });
      }
      if (!threads.has(thread)) return answer(404, { detail: "no such thread" });
      if (kind === "state") {
        const config = { configurable: { thread_id: thread } };
        if (request.method === "GET") return answer(200, wire(await graph.getState(config)));
        await graph.updateState(config, null, (body as { as_node: string }).as_node);
        return answer(200, {});
      }
      if (kind === "runs" && run === "stream") return stream(thread, body as RunBody, response);
      if (kind !== "runs") return answer(404, {});
      cancelled.push(run);
      running.get(run)?.abort();
      answer(202, {});
    };
    serve().catch((error: unknown) => answer(500, { detail: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    cancelled,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString("utf8");
  return text === "" ? undefined : JSON.parse(text);
}
