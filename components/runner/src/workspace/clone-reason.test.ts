import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cloneRepository } from "./clone.ts";
import { Git } from "./git.ts";

describe("a clone that fails", () => {
  let base: string;
  let url: string;
  let server: Server;
  let git: Git;
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), "clone-reason-"));
    server = createServer((request, response) => {
      const status = Number(request.url?.split("/")[1]);
      response.writeHead(status, status === 401 ? { "www-authenticate": "Basic" } : {}).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
    const broker = { url: "http://127.0.0.1:9", token: "t" };
    const hosts = [{ host: "git.example.com", origin: "https://git.example.com" }];
    git = new Git({ broker, hosts, author: { name: "Ada", email: "ada@example.com" }, home: base });
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(base, { recursive: true, force: true });
  });

  const reasonOf = async (address: string, branch?: string): Promise<string> => {
    const repository = branch === undefined ? { url: address } : { url: address, branch };
    const path = join(base, "into");
    const { signal } = new AbortController();
    try {
      await cloneRepository({ git, repository, path, signal, onProgress: () => undefined });
      return "cloned";
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
  };

  it.each([
    [401, /^127\.0\.0\.1:\d+ asks for a credential, and is not among the hosts for which/],
    [403, /^127\.0\.0\.1:\d+ refused access .*403/],
    [404, /^there is no such repository, or it is private .*not found/],
    [502, /^127\.0\.0\.1:\d+ cannot be reached now .*502/],
  ])("with status %i says what that means, and git's own words", async (status, words) => {
    expect(await reasonOf(`${url}/${status}/team/app.git`)).toMatch(words);
  });

  it("says that a host does not answer", async () => {
    expect(await reasonOf("http://127.0.0.1:9/team/app.git")).toMatch(/^127\.0\.0\.1:9 cannot be reached now /);
    expect(await reasonOf("http://no-such-host.invalid/app.git")).toMatch(/^no-such-host\.invalid cannot be reached /);
  });

  it("names a branch that is missing, and a folder that is no repository", async () => {
    const source = join(base, "source");
    await git.run(["init", "--quiet", source]);
    await git.run(["commit", "--quiet", "--allow-empty", "--message", "first"], { cwd: source });
    expect(await reasonOf(`file://${source}`, "gone")).toMatch(
      /^there is no branch gone .*Remote branch gone not found/,
    );
    expect(await reasonOf(`file://${base}/none`)).toMatch(/^there is no such repository/);
    expect(await reasonOf(`file://${source}`)).toBe("cloned");
  });
});
