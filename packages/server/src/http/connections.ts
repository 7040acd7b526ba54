/**
 * Ends connections when the server ends. Node's own `closeIdleConnections` spares those on which no request was ever
 * sent (a browser opens some in advance), and those whose answer ends a moment later: each would hold the process for
 * as long as a keep-alive lasts.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const SWEEP_MILLISECONDS = 20;

/** @returns a function that begins to end every connection as soon as it has no request under way */
export function trackConnections(server: Server): () => void {
  const requests = new Map<Socket, number>();
  const count = (socket: Socket, change: number): void => {
    const now = requests.get(socket);
    if (now !== undefined) requests.set(socket, now + change);
  };
  server.on("connection", (socket: Socket) => {
    requests.set(socket, 0);
    socket.once("close", () => requests.delete(socket));
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    count(socket, 1);
    response.once("close", () => count(socket, -1));
  });
  return () => {
    const sweep = setInterval(() => {
      for (const [socket, active] of requests) if (active === 0) socket.destroy();
      if (requests.size === 0 && !server.listening) clearInterval(sweep);
    }, SWEEP_MILLISECONDS);
  };
}
