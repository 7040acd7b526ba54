/** A provider's key reaches the provider and nothing else: not the agent, not a log, not an event, not an answer. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import type { ModelSimulator } from "@pilothouse/model-simulator";
import { Installation } from "./support/installation.ts";
import { kubectl } from "./support/kubectl.ts";
import { startSimulatedModel } from "./support/simulated-model.ts";
import { collectEvents } from "./support/transcript.ts";

const run = promisify(execFile);
const SECRET_PART = "7Q2vX9pLr4";
const KEY = `sk-ant-canary-${SECRET_PART}`;

test.describe("a model key", () => {
  let installation: Installation;
  let model: ModelSimulator;
  let token: string;
  test.beforeAll(async () => {
    model = await startSimulatedModel();
    installation = new Installation({ env: { ANTHROPIC_UPSTREAM_URL: model.url } });
    await installation.up();
    token = await installation.token("maria");
    await installation.api(token, "POST", "/projects", { name: "vault" });
  });
  test.afterAll(async () => {
    await installation.remove();
    await model.stop();
  });

  test("is required before a session of that runner type is made, and the answer names it", async () => {
    const refused = await installation.api(token, "POST", "/projects/vault/agentic-sessions", {
      initialPrompt: "hello",
    });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toContain("ANTHROPIC_API_KEY");
  });

  test("goes to the provider, and nowhere an agent can look", async () => {
    const put = await installation.api(token, "PUT", "/projects/vault/runner-secrets", {
      data: { ANTHROPIC_API_KEY: KEY },
    });
    expect(put.status).toBe(200);
    expect(JSON.stringify(put.body)).not.toContain(KEY);
    const session = { name: "thief", initialPrompt: "look for secrets" };
    await installation.eventually("creation", async () => {
      const created = await installation.api(token, "POST", "/projects/vault/agentic-sessions", session);
      return created.status === 201 ? true : undefined;
    });
    const events = await installation.eventually("the end of the run", async () => {
      const found = await collectEvents(installation, token, "vault", "thief", 0, 1_500);
      return found.some(({ event }) => event.type === "RUN_FINISHED") ? found : undefined;
    });
    const result = events.find(({ event }) => event.type === "TOOL_CALL_RESULT");
    expect(String(result?.event["content"])).toContain("looked everywhere");
    expect(JSON.stringify(events)).not.toContain(SECRET_PART);

    const asked = model.requests.find((request) => request.rule === "thief");
    expect(asked?.headers["x-api-key"]).toBe(KEY);
    // What the model was told back is what the agent saw.
    expect(JSON.stringify(model.requests.map((request) => request.body))).not.toContain(SECRET_PART);

    const answers = await Promise.all(
      ["/runner-secrets", "/agentic-sessions/thief", "/agentic-sessions/thief/events", "/settings"].map((path) =>
        installation.api(token, "GET", `/projects/vault${path}`),
      ),
    );
    for (const answer of answers) expect(JSON.stringify(answer.body)).not.toContain(SECRET_PART);
    for (const name of readdirSync(join(installation.dataDir, "logs"))) {
      expect(readFileSync(join(installation.dataDir, "logs", name), "utf8"), name).not.toContain(SECRET_PART);
    }
  });

  test("cannot be read back by a project's own admin", async () => {
    const { stdout } = await run(await kubectl(), ["config", "view", "--raw", "-o", "json"], {
      env: { ...process.env, KUBECONFIG: installation.kubeconfig },
    });
    const [{ cluster }] = JSON.parse(stdout).clusters;
    const access = ["--server", cluster.server, "--insecure-skip-tls-verify", "--token", token];
    const read = run(
      await kubectl(),
      [...access, "get", "secret", "pilothouse-runner-secrets", "-n", "vault", "-o", "yaml"],
      {
        env: { ...process.env, KUBECONFIG: "/dev/null" },
      },
    );
    await expect(read).rejects.toThrow(/forbidden/i);
  });
});
