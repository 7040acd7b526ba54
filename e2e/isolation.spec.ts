/** A second user sees nothing of the first one's project: by UI, REST and kubectl. */
import { execFile } from "node:child_process";
import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { Installation } from "./support/installation.ts";
import { kubectl } from "./support/kubectl.ts";

const run = promisify(execFile);

test.describe("another user", () => {
  let installation: Installation;
  let owner: string;
  let other: string;
  test.beforeAll(async () => {
    installation = new Installation();
    await installation.up();
    owner = await installation.token("maria");
    other = await installation.token("otto");
    expect((await installation.api(owner, "POST", "/projects", { name: "private-room" })).status).toBe(201);
    const session = { name: "replayed", runnerType: "replay", initialPrompt: "Go" };
    await installation.eventually("creation", async () => {
      const created = await installation.api(owner, "POST", "/projects/private-room/agentic-sessions", session);
      return created.status === 201 ? true : undefined;
    });
  });
  test.afterAll(() => installation.remove());

  test("gets the same answer for a project of others as for one that does not exist", async () => {
    for (const path of [
      "",
      "/agentic-sessions",
      "/agentic-sessions/replayed",
      "/agentic-sessions/replayed/agui/events",
    ]) {
      const hidden = await installation.api(other, "GET", `/projects/private-room${path}`);
      const absent = await installation.api(other, "GET", `/projects/no-such-room${path}`);
      expect(hidden.status, path).toBeGreaterThanOrEqual(403);
      expect(hidden.status, path).toBe(absent.status);
      const neutral = (body: unknown) =>
        JSON.stringify(body).replaceAll("private-room", "X").replaceAll("no-such-room", "X");
      expect(neutral(hidden.body), path).toBe(neutral(absent.body));
    }
    expect((await installation.api(other, "GET", "/projects")).body.items).toEqual([]);
    const stop = await installation.api(other, "POST", "/projects/private-room/agentic-sessions/replayed/stop");
    expect([403, 404]).toContain(stop.status);
  });

  test("is refused by the Kubernetes API itself", async () => {
    const config = readFileSync(installation.kubeconfig, "utf8");
    const server = /server: (\S+)/.exec(config)?.[1] ?? "";
    const ca = /certificate-authority-data: (\S+)/.exec(config)?.[1] ?? "";
    const file = join(installation.dataDir, "otto.kubeconfig");
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "local", cluster: { server, "certificate-authority-data": ca } }],
        users: [{ name: "otto", user: { token: other } }],
        contexts: [{ name: "local", context: { cluster: "local", user: "otto" } }],
        "current-context": "local",
      }),
    );
    for (const args of [
      ["get", "agenticsessions", "-n", "private-room"],
      ["get", "agenticsessions", "-A"],
      ["get", "projects", "-n", "pilothouse-projects"],
      ["get", "secrets", "-n", "private-room"],
      ["get", "namespaces"],
      ["logs", "-n", "private-room", "-l", "pilothouse.dev/session=replayed"],
    ]) {
      const result = run(await kubectl(), args, { env: { ...process.env, KUBECONFIG: file } });
      await expect(result, args.join(" ")).rejects.toThrow(/forbidden/i);
    }
  });

  test("sees an empty list in the browser, and no trace of the name", async ({ page }) => {
    await page.goto(`${installation.endpoints.ui}/login`);
    await page.getByLabel(/token/i).fill(other);
    await page.getByRole("button", { name: /sign in/i }).click();
    await expect(page).toHaveURL(/\/projects/);
    await expect(page.getByText("private-room")).toHaveCount(0);
    await page.goto(`${installation.endpoints.ui}/projects/private-room`);
    await expect(page.getByText("replayed")).toHaveCount(0);
  });
});
