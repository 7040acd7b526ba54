// Runs the real Claude Code against a simulator, in a repository made for it.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { query } from "@anthropic-ai/claude-agent-sdk";
import type { Options, SDKMessage } from "@anthropic-ai/claude-agent-sdk";

export interface Repository extends AsyncDisposable {
  readonly path: string;
  readonly home: string;
}

export async function makeRepository(files: Readonly<Record<string, string>>): Promise<Repository> {
  const root = await mkdtemp(join(tmpdir(), "simulator-"));
  const path = join(root, "repository");
  const home = join(root, "home");
  await mkdir(path);
  await mkdir(home);
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-c", "user.name=Test", "-c", "user.email=test@example.com", ...args], { cwd: path });
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "Begin");
  return { path, home, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

export async function runClaude(
  prompt: string,
  repository: Repository,
  simulatorUrl: string,
  options: Partial<Options> = {},
): Promise<SDKMessage[]> {
  const messages: SDKMessage[] = [];
  const running = query({
    prompt,
    options: {
      cwd: repository.path,
      model: "claude-sonnet-5-5",
      permissionMode: "acceptEdits",
      settingSources: [],
      canUseTool: (_name, input) => Promise.resolve({ behavior: "allow", updatedInput: input }),
      env: {
        PATH: process.env["PATH"],
        HOME: repository.home,
        CLAUDE_CONFIG_DIR: join(repository.home, ".claude"),
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        CLAUDE_CODE_MAX_RETRIES: "1",
        ANTHROPIC_BASE_URL: simulatorUrl,
        ANTHROPIC_API_KEY: "any",
      },
      ...options,
    },
  });
  for await (const message of running) messages.push(message);
  return messages;
}

export function resultText(messages: readonly SDKMessage[]): string {
  const last = messages.at(-1);
  return last?.type === "result" && last.subtype === "success" ? last.result : JSON.stringify(last);
}

export function toolsUsed(messages: readonly SDKMessage[]): string[] {
  return messages.flatMap((message) =>
    message.type === "assistant"
      ? message.message.content.flatMap((block) => (block.type === "tool_use" ? [block.name] : []))
      : [],
  );
}
