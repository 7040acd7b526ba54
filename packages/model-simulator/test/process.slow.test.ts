import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

describe("the model-simulator command", () => {
  it("listens with the demo agent, answers, and ends with its supervisor", async () => {
    const env = { PATH: process.env["PATH"], PILOTHOUSE_EXIT_WITH_PARENT: "1" };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ["pipe", "pipe", "inherit"] });
    try {
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      await expect.poll(() => output, { timeout: 10_000 }).toContain("listening on");
      const url = /listening on (\S+)/.exec(output)?.[1] ?? "";
      expect((await fetch(`${url}/health`)).status).toBe(200);
      const answer = await fetch(`${url}/v1/messages`, {
        method: "POST",
        body: JSON.stringify({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "hello" }] }),
      });
      expect(JSON.stringify(await answer.json())).toContain("simulated model");
      const ended = once(child, "exit");
      child.stdin.end();
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("says what is wrong with its script", async () => {
    const child = spawn(process.execPath, [MAIN, "--script", "/nowhere.yaml"], { stdio: ["ignore", "ignore", "pipe"] });
    let output = "";
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    expect((await once(child, "exit"))[0]).toBe(1);
    expect(output).toContain("model-simulator: the script file cannot be read: /nowhere.yaml");
  });
});
