/** A real git against a real, private git server, through the broker: the credential never comes to git's side. */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestBroker, startUpstream, TOKEN } from "./harness.ts";

const SECRET = "ghp_canary0123456789";
const run = promisify(execFile);
const git = (folder: string, ...args: string[]): Promise<{ stdout: string }> =>
  run("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1" },
  });

/** `git http-backend` as a CGI program, behind a password. */
function gitServer(root: string): RequestListener {
  const expected = `Basic ${Buffer.from(`x-access-token:${SECRET}`).toString("base64")}`;
  return (request, response) => {
    if (request.headers.authorization !== expected) {
      response.writeHead(401, { "www-authenticate": "Basic" }).end(`refused ${request.headers.authorization ?? ""}`);
      return;
    }
    const url = new URL(request.url ?? "/", "http://git");
    const backend = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env["PATH"],
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: "1",
        REMOTE_USER: "x",
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"],
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      },
    });
    request.pipe(backend.stdin);
    const chunks: Buffer[] = [];
    backend.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    backend.once("close", () => {
      const output = Buffer.concat(chunks);
      const end = output.indexOf("\r\n\r\n");
      for (const line of output.subarray(0, end).toString().split("\r\n")) {
        const [name = "", value = ""] = line.split(": ");
        if (name.toLowerCase() === "status") response.statusCode = Number(value.split(" ")[0]);
        else response.setHeader(name, value);
      }
      response.end(output.subarray(end + 4));
    });
  };
}

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "broker-git-"));
  await git(root, "init", "-q", "--bare", "team/private.git");
  await git(join(root, "team/private.git"), "config", "http.receivepack", "true");
  await git(root, "init", "-q", "-b", "main", "seed");
  await writeFile(join(root, "seed", "README.md"), "# Private\n");
  await git(join(root, "seed"), "add", "-A");
  await git(join(root, "seed"), "commit", "-qm", "Begin");
  await git(join(root, "seed"), "push", "-q", join(root, "team/private.git"), "main");
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe("git through the broker", () => {
  it("clones and pushes a private repository without a token on its side", async () => {
    await using upstream = await startUpstream(gitServer(root));
    const origin = (): URL => new URL(upstream.url);
    await using broker = await startTestBroker(
      { PILOTHOUSE_GIT_HOSTS: "github.com" },
      {},
      { GITHUB_TOKEN: SECRET },
      { gitOrigin: origin },
    );
    const through = [
      "-c",
      `url.${broker.url}/git/github.com/.insteadOf=https://github.com/`,
      "-c",
      `http.${broker.url}/.extraHeader=Authorization: Bearer ${TOKEN}`,
    ];
    await git(root, ...through, "clone", "-q", "-b", "main", "https://github.com/team/private.git", "work");
    expect(await readFile(join(root, "work", "README.md"), "utf8")).toBe("# Private\n");

    const work = join(root, "work");
    await writeFile(join(work, "big.txt"), "line of text\n".repeat(200_000));
    await git(work, "add", "-A");
    await git(work, "commit", "-qm", "Add much");
    await git(work, ...through, "push", "-q", "origin", "HEAD:refs/heads/session");
    expect((await git(join(root, "team/private.git"), "log", "--format=%s", "session")).stdout).toBe(
      "Add much\nBegin\n",
    );
    expect((await git(work, "config", "--list")).stdout).not.toContain(SECRET);
    expect(broker.log()).not.toContain(SECRET);
  });

  it("refuses other hosts, other paths, and strangers", async () => {
    await using upstream = await startUpstream(gitServer(root));
    await using broker = await startTestBroker(
      { PILOTHOUSE_GIT_HOSTS: "github.com" },
      {},
      { GITHUB_TOKEN: SECRET },
      { gitOrigin: () => new URL(upstream.url) },
    );
    const refs = "info/refs?service=git-upload-pack";
    for (const [path, status] of [
      [`/git/evil.example/a/b.git/${refs}`, 403],
      [`/git/github.com:8080/a/b.git/${refs}`, 403],
      [`/git/github.com@evil.example/a/b.git/${refs}`, 403],
      [`/git/%67ithub.com/a/b.git/${refs}`, 403],
      [`/git/github.com/a%2f..%2f..%2fb/${refs}`, 400],
      [`/git/github.com//evil.example/${refs}`, 400],
      ["/git/github.com/user/repos", 403],
      ["/git/github.com/api/v3/user", 403],
      ["/git/github.com/a/info/refs?service=other", 403],
      ["/git/github.com/a/info/refs", 403],
      ["/git/github.com", 404],
    ] as const) {
      expect(`${path} ${(await broker.get(path)).status}`).toBe(`${path} ${status}`);
    }
    const strangers = await fetch(`${broker.url}/git/github.com/a/b.git/${refs}`);
    expect([strangers.status, await strangers.text()]).toEqual([401, expect.stringContaining("broker token")]);
  });

  it("says in words that a credential is missing or was refused, and keeps what the host echoes to itself", async () => {
    await using upstream = await startUpstream(gitServer(root));
    for (const [secrets, words] of [
      [{ GITHUB_TOKEN: `${SECRET}-old` }, "refused the credential of project team-a"],
      [{}, "project team-a has none for it"],
    ] as const) {
      await using broker = await startTestBroker({ PILOTHOUSE_GIT_HOSTS: "github.com" }, {}, secrets, {
        gitOrigin: () => new URL(upstream.url),
      });
      const response = await broker.get("/git/github.com/team/private.git/info/refs?service=git-upload-pack");
      expect(response.status).toBe(403);
      expect(response.headers.get("content-type")).toContain("text/plain");
      expect(await response.text()).toContain(words);
      expect(broker.log()).not.toContain(SECRET);
      const cloned = git(
        root,
        "-c",
        `http.${broker.url}/.extraHeader=Authorization: Bearer ${TOKEN}`,
        "clone",
        "-q",
        `${broker.url}/git/github.com/team/private.git`,
        "none",
      );
      await expect(cloned).rejects.toThrow(words);
    }
  });

  it("takes a credential out of what a git host says", async () => {
    await using upstream = await startUpstream((request, response) => {
      response.writeHead(404, { "x-echo": request.headers.authorization }).end(request.headers.authorization);
    });
    await using broker = await startTestBroker(
      { PILOTHOUSE_GIT_HOSTS: "github.com" },
      {},
      { GITHUB_TOKEN: SECRET },
      { gitOrigin: () => new URL(upstream.url) },
    );
    const response = await broker.get("/git/github.com/a/b/info/refs?service=git-upload-pack");
    const seen = `${JSON.stringify([...response.headers])} ${await response.text()}`;
    expect(seen).toContain("[redacted]");
    for (const word of seen.match(/[A-Za-z0-9+/=]{8,}/g) ?? [])
      expect(Buffer.from(word, "base64").toString("latin1")).not.toContain(SECRET);
  });

  it("follows a repository that has moved on its host, and no redirect to elsewhere", async () => {
    const asked: string[] = [];
    const serve = gitServer(root);
    let elsewhere = "";
    await using evil = await startUpstream((request, response) => {
      asked.push(`evil ${request.url ?? ""}`);
      response.end();
    });
    await using upstream = await startUpstream((request, response) => {
      const { url = "" } = request;
      if (url.startsWith("/old/")) response.writeHead(301, { location: url.replace("/old/", "/team/") }).end();
      else if (url.startsWith("/lost/")) response.writeHead(302, { location: `${elsewhere}${url}` }).end();
      else serve(request, response);
    });
    await using broker = await startTestBroker(
      { PILOTHOUSE_GIT_HOSTS: upstream.url },
      {},
      { GIT_CREDENTIALS: upstream.url.replace("//", `//x-access-token:${SECRET}@`) },
    );
    const host = new URL(upstream.url).host;
    const header = `http.${broker.url}/.extraHeader=Authorization: Bearer ${TOKEN}`;
    const clone = (path: string, into: string) =>
      git(root, "-c", header, "clone", "-q", "-b", "main", `${broker.url}/git/${host}/${path}`, into);
    await clone("old/private.git", "moved");
    expect(await readFile(join(root, "moved", "README.md"), "utf8")).toBe("# Private\n");
    for (const target of [
      evil.url,
      `${evil.url}@${host}`,
      `//${new URL(evil.url).host}`,
      `${upstream.url}/api?x=`,
      "javascript:",
    ]) {
      elsewhere = target;
      await expect(clone("lost/private.git", "lost")).rejects.toThrow(/redirect|not acceptable/);
    }
    expect(asked).toEqual([]);
  });
});
