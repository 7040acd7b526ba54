/** The command line's contract: files, exit codes, and clear words when something is in the way. */
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Installation, pilothouse } from "./support/installation.ts";

test.describe("the command line", () => {
  let installation: Installation;
  test.beforeAll(async () => {
    installation = new Installation();
    await installation.up();
  });
  test.afterAll(() => installation.remove());

  test("writes where everything is reachable, and an admin's kubeconfig that only its owner can read", async () => {
    for (const address of [installation.endpoints.backend, installation.endpoints.publicApi]) {
      expect((await fetch(`${address}/health`)).status).toBe(200);
    }
    expect((await fetch(installation.endpoints.ui, { redirect: "manual" })).status).toBeLessThan(400);
    expect(statSync(installation.kubeconfig).mode & 0o777).toBe(0o600);
  });

  test("refuses a second start on the same data directory and leaves the first one running", async () => {
    const second = await pilothouse(["up", "--detach", "--data-dir", installation.dataDir, "--port", "0"]);
    expect(second.code).toBe(3);
    expect(second.stderr).toContain(`Pilothouse is already running on ${installation.dataDir}`);
    expect((await fetch(`${installation.endpoints.backend}/health`)).status).toBe(200);
  });

  test("refuses a port that is in use, and names it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const other = new Installation();
    const result = await pilothouse(["up", "--detach", "--data-dir", other.dataDir, "--port", String(port)]);
    expect(result.code).toBe(5);
    expect(result.stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
    server.close();
    await other.remove();
  });

  test("makes tokens for local users, but not for Kubernetes' own names", async () => {
    const token = await installation.token("maria", ["qa"]);
    expect((await installation.api(token, "GET", "/me")).body).toMatchObject({ userId: "maria" });
    const at = ["--data-dir", installation.dataDir];
    const system = await pilothouse(["token", "--user", "system:admin", ...at]);
    expect(system.code).toBe(2);
    const masters = await pilothouse(["token", "--user", "maria", "--group", "system:masters", ...at]);
    expect(masters.code).toBe(2);
  });

  test("answers the same after a stop and a start, at the same addresses", async () => {
    const before = installation.endpoints;
    const token = await installation.token("maria");
    await installation.api(token, "POST", "/projects", { name: "kept" });
    await installation.down();
    await expect(fetch(`${before.backend}/health`)).rejects.toThrow();
    expect((await pilothouse(["down", "--data-dir", installation.dataDir])).code).toBe(0);
    await installation.up();
    expect(installation.endpoints).toEqual(before);
    const projects = await installation.api(token, "GET", "/projects");
    expect(projects.body.items.map((project: { name: string }) => project.name)).toContain("kept");
    // The supervisor keeps no secret in its own log.
    expect(readFileSync(join(installation.dataDir, "logs", "supervisor.log"), "utf8")).not.toContain(token);
  });
});

test("a simulated model answers each framework's agent, and no project needs a key", async () => {
  const installation = new Installation({ args: ["--no-ui", "--simulate-model"] });
  try {
    await installation.up();
    const token = await installation.token("maria");
    await installation.api(token, "POST", "/projects", { name: "demo" });
    for (const runnerType of ["claude-agent-sdk", "gemini-cli", "langgraph"]) {
      const wish = { name: runnerType, runnerType, initialPrompt: "write a greeting" };
      const created = await installation.api(token, "POST", "/projects/demo/agentic-sessions", wish);
      expect(created.status).toBe(201);
      const result = await installation.eventually(`the answer of ${runnerType}`, async () => {
        const { body } = await installation.api(token, "GET", `/projects/demo/agentic-sessions/${runnerType}`);
        return body.status?.agent?.result;
      });
      expect(result).toMatchObject({ isError: false, text: expect.stringContaining("simulated model") });
    }
  } finally {
    await installation.remove();
  }
});
