// `kubectl port-forward`: SPDY inside a WebSocket (KEP-4006), two streams for each connection that is forwarded: one for
// its bytes, one for what went wrong.
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { WebSocket } from "ws";
import { SpdySession, type SpdyStream } from "./spdy/session.ts";

export const PORT_FORWARD_PROTOCOL = "SPDY/3.1+portforward.k8s.io";

const HIGHEST_PORT = 65_535;

export type Dial = (port: number) => Duplex;

export async function carryPorts(socket: WebSocket, dial: Dial): Promise<void> {
  const waiting = new Map<string, SpdyStream>();
  const session = new SpdySession(
    { send: async (bytes) => new Promise((resolve) => socket.send(bytes, () => resolve())) },
    (stream) => {
      stream.on("error", () => stream.destroy());
      const request = stream.headers.get("requestid") ?? "";
      const other = waiting.get(request);
      if (other === undefined) {
        waiting.set(request, stream);
        return;
      }
      waiting.delete(request);
      const [data, problems] = stream.headers.get("streamtype") === "data" ? [stream, other] : [other, stream];
      void forward(data, problems, dial);
    },
  );
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  socket.once("close", () => close());
  socket.on("error", () => socket.terminate());
  let work = Promise.resolve();
  socket.on("message", (message) => {
    socket.pause();
    const bytes = Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message as Buffer);
    work = work
      .then(async () => session.receive(bytes))
      .then(
        () => socket.resume(),
        () => socket.terminate(),
      );
  });
  await closed;
  session.close();
}

async function forward(data: SpdyStream, problems: SpdyStream, dial: Dial): Promise<void> {
  const port = Number(data.headers.get("port"));
  try {
    if (!Number.isInteger(port) || port < 1 || port > HIGHEST_PORT) throw new RangeError("that is no port");
    const target = dial(port);
    await Promise.all([pipeline(data, target, { end: true }), pipeline(target, data, { end: true })]);
    problems.end();
  } catch (error) {
    if (problems.destroyed) return;
    problems.end(`failed to connect to port ${port}: ${error instanceof Error ? error.message : String(error)}`);
    await data.reset().catch(() => undefined);
  }
}
