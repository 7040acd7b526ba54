// Connections that stop being HTTP: who may open one is asked as for any request, and only then the protocol changes.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { ApiError, badRequest } from "../errors.ts";
import { json, type ApiResponse } from "../http.ts";
import type { PodConnection } from "./connection.ts";
import { carryPorts, PORT_FORWARD_PROTOCOL } from "./port-forward.ts";
import { carryRemoteCommand, REMOTE_COMMAND_PROTOCOLS } from "./remote-command.ts";

const MOST_MESSAGE_BYTES = 4 * 1024 * 1024;

/** Of RFC 6455; what says why may have 123 bytes. */
const WENT_WRONG = 1011;
const MOST_WORDS = 120;

const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, perMessageDeflate: false });
const chosen = new WeakMap<IncomingMessage, string>();
sockets.on("headers", (lines, message) => {
  const protocol = chosen.get(message);
  if (protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
});

/** Takes the connection over, or answers why not and closes it. */
export async function upgrade(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  connect: () => Promise<PodConnection>,
): Promise<void> {
  socket.on("error", () => socket.destroy());
  try {
    const connection = await connect();
    const offered = new Set((message.headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim()));
    const protocol = message.headers.upgrade?.toLowerCase() === "websocket" ? spoken(offered) : undefined;
    const wanted = connection.kind === "command" ? REMOTE_COMMAND_PROTOCOLS : [PORT_FORWARD_PROTOCOL];
    if (protocol === undefined || !wanted.some((each) => each === protocol))
      throw badRequest(`unable to upgrade: this takes a WebSocket with one of the protocols ${wanted.join(", ")}`);
    // Chosen here: a name with a slash in it, as port-forward's, is refused by the library, which keeps to RFC 6455.
    chosen.set(message, protocol);
    delete message.headers["sec-websocket-protocol"];
    sockets.handleUpgrade(message, socket, head, (opened) => {
      carry(opened, connection).catch((error: unknown) =>
        opened.close(WENT_WRONG, (error instanceof Error ? error.message : String(error)).slice(0, MOST_WORDS)),
      );
    });
  } catch (error) {
    const known = error instanceof ApiError ? error : badRequest(String(error));
    refuse(socket, json(known.code, known.toStatus()));
  }
}

async function carry(opened: WebSocket, connection: PodConnection): Promise<void> {
  if (connection.kind === "command") await carryRemoteCommand(opened, connection.open(), connection.channels);
  else await carryPorts(opened, connection.dial);
}

/** The first of ours that is offered: the newest. */
function spoken(offered: ReadonlySet<string>): string | undefined {
  return [...REMOTE_COMMAND_PROTOCOLS, PORT_FORWARD_PROTOCOL].find((protocol) => offered.has(protocol));
}

function refuse(socket: Duplex, { status, headers, body }: ApiResponse): void {
  const bytes = body instanceof Uint8Array ? body : Buffer.alloc(0);
  const lines = Object.entries({ ...headers, "content-length": String(bytes.length), connection: "close" });
  socket.end(
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 ${status} Refused\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
      ),
      bytes,
    ]),
  );
}
