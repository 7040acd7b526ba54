/** A real git repository behind git's own HTTP server program, on loopback. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type GitServer = {
  /** Clone address of the repository. */
  url: string;
  /** A file's content at the tip of a branch, as the server has it. */
  show(branch: string, path: string): string;
  stop(): Promise<void>;
};

const IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];

/** Serves a bare repository `NAME.git` whose branch `main` holds `files`. */
export async function startGitServer(name: string, files: Record<string, string>): Promise<GitServer> {
  const root = mkdtempSync(join(tmpdir(), "pilothouse-git-"));
  const work = join(root, "work");
  const bare = join(root, "served", `${name}.git`);
  mkdirSync(work, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync("git", [...IDENTITY, ...args], { cwd: work, stdio: "pipe" }).toString();
  git("init", "-q", "-b", "main");
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), content);
  }
  git("add", ".");
  git("commit", "-q", "-m", "First");
  git("clone", "-q", "--bare", work, bare);
  git("-C", bare, "config", "http.receivepack", "true");

  const server = createServer((request, response) => serve(join(root, "served"), request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/${name}.git`,
    show: (branch, path) => git("-C", bare, "show", `${branch}:${path}`),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Hands one request to `git http-backend` (CGI, RFC 3875) and its answer back. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://git");
  const cgi = spawn("git", ["http-backend"], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      REMOTE_ADDR: "127.0.0.1",
      REMOTE_USER: "test",
      ...(request.headers["git-protocol"] === undefined
        ? {}
        : { GIT_PROTOCOL: String(request.headers["git-protocol"]) }),
    },
  });
  request.pipe(cgi.stdin);
  let head = Buffer.alloc(0);
  let started = false;
  cgi.stdout.on("data", (chunk: Buffer) => {
    if (started) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end === -1) return;
    started = true;
    let status = 200;
    for (const line of head.subarray(0, end).toString().split("\r\n")) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (name === "status") status = Number(value.split(" ")[0]);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    response.write(head.subarray(end + 4));
  });
  cgi.once("close", () => response.end());
}
