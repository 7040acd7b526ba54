/**
 * An operator as a process of its own that counts what it sends to the Kubernetes API. Its command line is the operator's.
 * Told `{count: "start" | "stop"}` it answers what it has sent since the last `start`, by verb and resource.
 */
import process from "node:process";
import type { Transport, TransportRequest } from "@pilothouse/kubernetes";
import { pino } from "pino";
import { z } from "zod";
import { loadConfiguration } from "../../components/operator/src/configuration/configuration.ts";
import { startOperator } from "../../components/operator/src/operator.ts";

const Task = z.object({ count: z.enum(["start", "stop"]) });
let counts: Record<string, number> = {};

/** `PATCH agenticsessions/status`: what an access rule would name. */
function nameOf({ method, path }: TransportRequest): string {
  const [, rest = ""] =
    /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/)?(.*)$/.exec(path.split("?", 1)[0] ?? "") ?? [];
  const [plural = "", , subresource] = rest.split("/");
  const verb = method === "GET" && path.includes("watch=true") ? "WATCH" : method;
  return `${verb} ${plural}${subresource === undefined ? "" : `/${subresource}`}`;
}

const counting = (transport: Transport): Transport => ({
  async request(request) {
    const name = nameOf(request);
    counts[name] = (counts[name] ?? 0) + 1;
    return transport.request(request);
  },
  close: async () => transport.close(),
});

const logger = pino({ level: "warn", serializers: { error: pino.stdSerializers.err } }, pino.destination(2));
const operator = await startOperator(await loadConfiguration(process.argv.slice(2), {}), logger, {
  aroundTransport: counting,
});

process.on("message", (message) => {
  const answer = counts;
  if (Task.parse(message).count === "start") counts = {};
  process.send?.(answer);
});
process.once("SIGTERM", () => void operator.stop());
process.once("disconnect", () => void operator.stop());
process.send?.("up");
await operator.done;
