import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelSimulator } from "../src/index.ts";
import { demoScript, parseScript, startModelSimulator } from "../src/index.ts";
import type { Repository } from "./claude-agent.ts";
import { makeRepository, resultText, runClaude, toolsUsed } from "./claude-agent.ts";

const FILES = { "README.md": "# Lantern\n\nA light.\n", "main.js": "// TODO: shine\nconsole.log(1);\n" };

let simulator: ModelSimulator;
beforeAll(async () => {
  simulator = await startModelSimulator({ script: demoScript({ delay: 0 }) });
});
afterAll(() => simulator.stop());

describe("the real Claude Code with a scripted model", { timeout: 60_000 }, () => {
  it("writes a file, runs a command in parallel with a read, and hears of their results", async () => {
    await using repository = await makeRepository(FILES);
    const scripted = await startModelSimulator({
      script: parseScript({
        rules: [
          {
            when: { prompt: "make" },
            steps: [
              [
                { thinking: "I write, then check.", chunk: 4 },
                { text: "Writing." },
                { tool: "Write", input: { file_path: "{{cwd}}/made.txt", content: "one\ntwo\n" }, chunk: 5 },
              ],
              [
                { tool: "Bash", input: { command: "wc -l < made.txt" } },
                { tool: "Read", input: { file_path: "{{cwd}}/README.md" } },
              ],
              "The file has {{result.0}} lines.",
            ],
          },
        ],
      }),
    });
    try {
      const messages = await runClaude("make it", repository, scripted.url);
      expect(toolsUsed(messages)).toEqual(["Write", "Bash", "Read"]);
      expect(await readFile(join(repository.path, "made.txt"), "utf8")).toBe("one\ntwo\n");
      const results = scripted.requests.at(-1)?.turn?.latest ?? [];
      expect(results.find((one) => one.tool === "Bash")?.text).toBe("2");
      expect(results.find((one) => one.tool === "Read")?.text).toContain("# Lantern");
      expect(resultText(messages)).toContain("lines.");
    } finally {
      await scripted.stop();
    }
  });
});

describe("the demo agent in the real Claude Code", { timeout: 60_000 }, () => {
  async function play(
    prompt: string,
    repository: Repository,
    answer?: string,
    model = "claude-sonnet-5-5",
  ): Promise<{ text: string; tools: string[] }> {
    const messages = await runClaude(prompt, repository, simulator.url, {
      model,
      canUseTool: (name, input) =>
        Promise.resolve({
          behavior: "allow",
          updatedInput:
            name === "AskUserQuestion" && answer !== undefined
              ? { ...input, answers: { "What shall I add to this repository?": answer } }
              : input,
        }),
    });
    return { text: resultText(messages), tools: toolsUsed(messages) };
  }

  it("writes notes of what it found for any prompt", async () => {
    await using repository = await makeRepository(FILES);
    const { text, tools } = await play("Please add a nice page", repository);
    const notes = await readFile(join(repository.path, "NOTES.md"), "utf8");
    expect(notes).toContain("- `main.js`");
    expect(notes).toContain("> # Lantern");
    expect(notes).toMatch(/- `[0-9a-f]{7} Begin`/);
    expect(tools).toEqual(expect.arrayContaining(["Bash", "Read", "Write"]));
    expect(text).toContain("simulated model");
    expect(text).toContain("?? NOTES.md");
    expect(text).not.toContain("What did not work");
  });

  it("keeps a list of its steps where the framework has one", async () => {
    await using repository = await makeRepository(FILES);
    // Claude Code offers its task tools to older models only.
    const { tools } = await play("Please add a nice page", repository, undefined, "claude-sonnet-4-5");
    expect(tools.filter((name) => name === "TaskCreate")).toHaveLength(4);
    expect(tools).toContain("TaskUpdate");
  });

  it("does not overwrite its own notes at the next prompt", async () => {
    await using repository = await makeRepository({ ...FILES, "NOTES.md": "mine" });
    await play("again", repository);
    expect(await readFile(join(repository.path, "NOTES.md"), "utf8")).toBe("mine");
    expect(await readFile(join(repository.path, "NOTES-2.md"), "utf8")).toContain("# Notes");
  });

  it("edits a file when asked to fix", async () => {
    await using repository = await makeRepository(FILES);
    const { text } = await play("fix the bug", repository);
    expect(await readFile(join(repository.path, "README.md"), "utf8")).toBe(
      "# Lantern\n\n> Checked by a simulated agent: 1 TODO or FIXME mark found.\n\nA light.\n",
    );
    expect(text).toContain("main.js:1");
  });

  it("writes a test that runs", async () => {
    await using repository = await makeRepository(FILES);
    expect((await play("write a test", repository)).text).toContain("3 passed, 0 failed");
  });

  it.each([
    ["Shell script", "count-lines.sh"],
    ["Markdown notes", "CHOICE.md"],
    ["a poem about light", "CHOICE.md"],
  ])("asks, is answered %j, and writes %s", async (answer, file) => {
    await using repository = await makeRepository(FILES);
    const { tools, text } = await play("let me choose", repository, answer);
    expect(tools).toContain("AskUserQuestion");
    expect(text).toContain(`The answer was **${answer}**`);
    expect(await readFile(join(repository.path, file), "utf8")).not.toBe("");
  });

  it("explains without changing anything, also through a subagent", async () => {
    await using repository = await makeRepository(FILES);
    expect((await play("explain this", repository)).text).toContain("| `main.js` | 2 lines | `// TODO: shine` |");
    const { text, tools } = await play("use a subagent", repository);
    expect(tools).toContain("Agent");
    expect(text).toContain("| `main.js` | 2 lines |");
  });

  it("shows an error of the provider when asked to", async () => {
    await using repository = await makeRepository(FILES);
    await expect(play("simulate an error", repository)).rejects.toThrow("This error is simulated");
  });
});
