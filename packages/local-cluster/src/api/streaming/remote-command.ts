// The channels of `kubectl exec` and `attach` over a WebSocket: each message begins with the number of its channel.
//
// v4 and v5 of the protocol (KEP-4006); v5 adds the message that closes a channel, so that `cat | kubectl exec -i` ends.
import { once } from "node:events";
import { PassThrough, type Readable, type Writable } from "node:stream";
import type { WebSocket } from "ws";
import type { PodStreams } from "../node-access.ts";
import type { Channels } from "./connection.ts";

export const REMOTE_COMMAND_PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
/** v5: the next byte names the channel that the client has closed. */
const CLOSE = 255;
const MOST_UNSENT_BYTES = 1024 * 1024;
const CLOSED_NORMALLY = 1000;

/** Carries the streams until the command or the connection ends; what is left of the command is ended then. */
export async function carryRemoteCommand(socket: WebSocket, streams: PodStreams, channels: Channels): Promise<void> {
  const gone = new AbortController();
  socket.once("close", () => {
    gone.abort();
    streams.end();
  });
  socket.on("error", () => socket.terminate());
  receive(socket, channels.stdin ? streams.stdin : undefined);
  // Tells the client that the connection stands.
  socket.send(Buffer.from([STDOUT]));
  const [code] = await Promise.all([
    streams.exited,
    send(socket, STDOUT, channels.stdout ? streams.stdout : drained(streams.stdout), gone.signal),
    send(socket, STDERR, channels.stderr ? streams.stderr : drained(streams.stderr), gone.signal),
  ]);
  if (gone.signal.aborted) return;
  socket.send(Buffer.concat([Buffer.from([ERROR]), Buffer.from(JSON.stringify(statusOf(code)))]));
  socket.close(CLOSED_NORMALLY);
}

function receive(socket: WebSocket, stdin: Writable | undefined): void {
  socket.on("message", (data) => {
    const message = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    const [channel, closed] = message;
    if (stdin === undefined || stdin.writableEnded || stdin.destroyed) return;
    if (channel === CLOSE && closed === STDIN) {
      stdin.end();
      return;
    }
    if (channel !== STDIN || message.length === 1 || stdin.write(message.subarray(1))) return;
    socket.pause();
    const goOn = (): void => socket.resume();
    stdin.once("drain", goOn).once("close", goOn);
  });
}

async function send(socket: WebSocket, channel: number, stream: Readable, gone: AbortSignal): Promise<void> {
  const head = Buffer.from([channel]);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      if (gone.aborted) return;
      const sent = new Promise<void>((resolve) => socket.send(Buffer.concat([head, chunk]), () => resolve()));
      if (socket.bufferedAmount > MOST_UNSENT_BYTES) await Promise.race([sent, once(gone, "abort")]);
    }
  } catch {
    // A stream that breaks off is one that has ended: the exit code says the rest.
  }
}

/** Nobody wants it, but a command whose output nobody reads would stand still. */
function drained(stream: Readable): Readable {
  stream.resume();
  return PassThrough.from([]);
}

/** As a kubelet tells it: kubectl takes the exit code from the cause. */
function statusOf(exitCode: number): object {
  if (exitCode === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] },
  };
}
