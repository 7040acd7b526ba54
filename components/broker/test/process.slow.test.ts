/** The broker as the pod runs it: a process of its own, between the real Claude Code and a simulated model. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { query } from "@anthropic-ai/claude-agent-sdk";
import { parseScript, startModelSimulator } from "@pilothouse/model-simulator";
import { describe, expect, it } from "vitest";
import { KEY, TOKEN } from "./harness.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

async function spawnBroker(
  environment: Record<string, string>,
): Promise<{ child: ChildProcess; url: string; output: () => string }> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      POD_IP: "127.0.0.1",
      PILOTHOUSE_BROKER_PORT: "0",
      PILOTHOUSE_BROKER_TOKEN: TOKEN,
      PILOTHOUSE_PROJECT: "team-a",
      PILOTHOUSE_SESSION_NAME: "fix-login",
      PILOTHOUSE_SESSION_UID: "uid-1",
      ...environment,
    },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await expect.poll(() => output, { timeout: 10_000 }).toContain("broker listening");
  return { child, url: /"url":"([^"]+)"/.exec(output)?.[1] ?? "", output: () => output };
}

describe("the broker's process", { timeout: 60_000 }, () => {
  it("serves the real Claude Code, which never sees the key, and ends with its supervisor", async () => {
    const root = await mkdtemp(join(tmpdir(), "broker-"));
    await writeFile(join(root, "ANTHROPIC_API_KEY"), KEY);
    const simulator = await startModelSimulator({
      apiKeys: [KEY],
      script: parseScript({
        rules: [
          {
            when: { prompt: "show" },
            steps: [
              [
                {
                  tool: "Bash",
                  input: { command: "env; cat /proc/self/environ /proc/$PPID/environ > seen.txt; echo done" },
                },
              ],
              "Seen.",
            ],
          },
        ],
      }),
    });
    const broker = await spawnBroker({
      PILOTHOUSE_RUNNER_SECRETS_DIR: root,
      ANTHROPIC_UPSTREAM_URL: simulator.url,
      PILOTHOUSE_EXIT_WITH_PARENT: "1",
    });
    try {
      const running = query({
        prompt: "show me everything",
        options: {
          cwd: root,
          model: "claude-sonnet-5-5",
          permissionMode: "default",
          settingSources: [],
          canUseTool: (_name, input) => Promise.resolve({ behavior: "allow", updatedInput: input }),
          env: {
            PATH: process.env["PATH"],
            HOME: root,
            CLAUDE_CONFIG_DIR: join(root, ".claude"),
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
            ANTHROPIC_BASE_URL: `${broker.url}/anthropic`,
            ANTHROPIC_API_KEY: TOKEN,
          },
        },
      });
      const messages = [];
      for await (const message of running) messages.push(message);
      expect(messages.at(-1)).toMatchObject({ type: "result", is_error: false, result: "Seen." });
      expect(JSON.stringify(messages)).not.toContain(KEY);
      const seen = await readFile(join(root, "seen.txt"), "utf8");
      expect(seen).toContain(TOKEN);
      expect(seen).not.toContain(KEY);

      const usage: unknown = await (await fetch(`${broker.url}/usage`, { headers: { "x-api-key": TOKEN } })).json();
      expect(usage).toMatchObject({ requests: 2, turns: 2, byModel: { "claude-sonnet-5-5": { requests: 2 } } });
      expect(broker.output()).not.toContain(KEY);

      const ended = once(broker.child, "exit");
      broker.child.stdin?.end();
      expect(await ended).toEqual([0, null]);
    } finally {
      broker.child.kill("SIGKILL");
      await simulator.stop();
      await rm(root, { recursive: true, force: true });
    }
  });

  it("says what is wrong with its environment and ends with code 2", async () => {
    const child = spawn(process.execPath, [MAIN], {
      env: { POD_IP: "127.0.0.1" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let output = "";
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = await once(child, "exit");
    expect(code).toBe(2);
    expect(output).toContain("broker: environment of the broker: PILOTHOUSE_BROKER_TOKEN");
  });
});
