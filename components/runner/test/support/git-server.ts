/** Git over HTTP on loopback by git's own server program (CGI, RFC 3875), as slow as a test wants it. */
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface GitServerOptions {
  /** Folder of the repositories that are served. */
  readonly root: string;
  /** Bytes of each tenth of a second; default all at once. */
  readonly pace?: number;
  /** Answers a request itself, by returning true. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface GitServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const server = createServer((request, response) => {
    if (options.answer?.(request, response) === true) return;
    void serve(options, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no address");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(options: GitServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path, query = ""] = (request.url ?? "").split("?");
  const backend = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: options.root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"],
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  for await (const chunk of backend.stdout) chunks.push(Buffer.from(chunk));
  const output = Buffer.concat(chunks);
  const end = output.indexOf("\r\n\r\n");
  for (const line of output.subarray(0, end).toString().split("\r\n")) {
    const [name = "", value = ""] = line.split(": ");
    if (name.toLowerCase() === "status") response.statusCode = Number(value.split(" ")[0]);
    else response.setHeader(name, value);
  }
  const body = output.subarray(end + 4);
  const pace = options.pace ?? body.length;
  for (let sent = 0; sent < body.length && !response.destroyed; sent += pace) {
    response.write(body.subarray(sent, sent + pace));
    if (pace < body.length) await sleep(100);
  }
  response.end();
}
