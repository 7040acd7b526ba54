import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Conversation } from "./conversation.ts";
import { readTurn } from "./conversation.ts";
import { loadScript } from "./load.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scripts-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function asked(prompt: string): Conversation {
  const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: prompt }] }];
  return { wire: "anthropic", model: "m", stream: true, thinking: false, system: "", messages, tools: [] };
}

describe("loadScript", () => {
  it("reads the example", async () => {
    const script = await loadScript(fileURLToPath(new URL("../scripts/example.yaml", import.meta.url)));
    const answer = (prompt: string): unknown => script.answer(asked(prompt), readTurn(asked(prompt)));
    expect(answer("hello")).toMatchObject({
      rule: "anything else",
      reply: { blocks: [{ text: 'You said "hello" to m.' }] },
    });
    expect(answer("numbers")).toMatchObject({ reply: { stopReason: "max_tokens", usage: { outputTokens: 42 } } });
    expect(answer("busy")).toMatchObject({ reply: { error: { status: 529 } } });
  });

  it("takes a module whose default export is a script", async () => {
    const path = await file(
      "script.ts",
      'const words: string = "from a module";\nexport default { name: "own", answer: () => ({ rule: "r", reply: { kind: "message", blocks: [{ kind: "text", text: words }] } }) };\n',
    );
    const script = await loadScript(path);
    expect(script.answer(asked("x"), readTurn(asked("x")))?.reply).toMatchObject({
      blocks: [{ text: "from a module" }],
    });
  });

  it.each([
    ["missing.yaml", undefined, "SCRIPT_UNREADABLE"],
    ["broken.yaml", "rules: [", "SCRIPT_INVALID"],
    ["empty.yaml", "", "SCRIPT_INVALID"],
    ["typo.yaml", "rules:\n  - stepz: [x]\n", "SCRIPT_INVALID"],
    ["none.mjs", "export default 1;", "SCRIPT_INVALID"],
    ["throws.mjs", "throw new Error('no')", "SCRIPT_UNREADABLE"],
  ])("says what is wrong with %s", async (name, content, code) => {
    const path = content === undefined ? join(folder, name) : await file(name, content);
    await expect(loadScript(path)).rejects.toMatchObject({ code, message: expect.stringContaining(name) });
  });
});
