// The TLS door: HTTP/1.1 on a loopback port, with client certificates for those who have one.
import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Authenticator } from "../auth/authenticate.ts";
import { bearerToken, certificateUser } from "../auth/authenticate.ts";
import type { KeyAndCertificate } from "../auth/certificates.ts";
import type { UserInfo } from "../auth/user.ts";
import { ApiError, tooLarge } from "./errors.ts";
import type { ApiHandler } from "./handler.ts";
import type { PodConnection } from "./streaming/connection.ts";
import { json, type ApiRequest, type ApiResponse, type ByteSink } from "./http.ts";

const STREAMING_PATH = /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/(?:exec|attach|portforward)(?:\?|$)/;

export interface ServerOptions {
  readonly port: number;
  readonly certificate: KeyAndCertificate;
  readonly authorityPem: string;
  readonly handler: ApiHandler;
  readonly authenticator: Authenticator;
}

export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const users = new WeakMap<Socket, { readonly user: UserInfo | undefined }>();
  const sockets = new Set<Socket>();

  const userOf = (request: IncomingMessage): UserInfo => {
    const { socket } = request;
    let known = users.get(socket);
    if (known === undefined) {
      known = { user: socket instanceof TLSSocket ? certificateUser(socket) : undefined };
      users.set(socket, known);
    }
    return options.authenticator.authenticate(request.headers.authorization, known.user);
  };

  const respond = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    let answer: ApiResponse;
    try {
      const learning = options.authenticator.learn(bearerToken(message.headers.authorization));
      if (learning !== undefined) await learning;
      answer = await options.handler.handle(toApiRequest(message, userOf(message)));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answer = json(error.code, error.toStatus());
    }
    send(answer, message, response);
  };

  const server: Server = createServer(
    {
      key: options.certificate.keyPem,
      cert: options.certificate.certificatePem,
      ca: options.authorityPem,
      requestCert: true,
      // Most callers have a token instead; a certificate that our authority did not sign counts as none.
      rejectUnauthorized: false,
      minVersion: "TLSv1.2",
      keepAliveTimeout: 75_000,
      noDelay: true,
      // Whoever asks for another protocol where there is none gets an ordinary answer.
      shouldUpgradeCallback: ({ url }) => STREAMING_PATH.test(url ?? ""),
    },
    (message, response) => {
      respond(message, response).catch(() => response.destroy());
    },
  );
  server.on("upgrade", (message, socket, head) => {
    const connect = async (): Promise<PodConnection> => {
      await options.authenticator.learn(bearerToken(message.headers.authorization));
      return options.handler.connect(toApiRequest(message, userOf(message)));
    };
    // Loaded by those who want it: a start must be quick.
    void import("./streaming/upgrade.ts").then(async ({ upgrade }) => upgrade(message, socket, head, connect));
  });
  server.on("secureConnection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function toApiRequest(message: IncomingMessage, user: UserInfo): ApiRequest {
  const target = message.url ?? "/";
  const question = target.indexOf("?");
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(message.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return {
    method: message.method ?? "GET",
    path: question < 0 ? target : target.slice(0, question),
    query: new URLSearchParams(question < 0 ? "" : target.slice(question + 1)),
    headers,
    user,
    body: (limit) => readBody(message, limit),
  };
}

async function readBody(message: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

function send(answer: ApiResponse, message: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed) return;
  if (answer.body instanceof Uint8Array) {
    const headers = { ...answer.headers, "content-length": answer.body.length };
    // An unread body would stand before the next request on this connection.
    if (!message.complete) response.shouldKeepAlive = false;
    response.writeHead(answer.status, headers);
    if (message.method === "HEAD") response.end();
    else response.end(answer.body);
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.flushHeaders();
  const sink: ByteSink = {
    write: (chunk) => {
      if (!response.writableEnded && !response.destroyed) response.write(chunk);
    },
    end: () => {
      if (!response.writableEnded) response.end();
    },
    get buffered() {
      return response.writableLength;
    },
  };
  const cleanup = answer.body(sink);
  if (response.destroyed) cleanup();
  else response.once("close", cleanup);
}
