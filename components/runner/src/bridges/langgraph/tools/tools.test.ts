import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommand } from "./command.ts";
import { editingTools, readingTools } from "./files.ts";
import { Place } from "./place.ts";
import { searchTools, shellTool } from "./shell.ts";

describe("the agent's tools", () => {
  let root: string;
  let outside: string;
  let tools: Map<string, StructuredToolInterface>;
  beforeEach(async () => {
    const base = await realpath(await mkdtemp(join(tmpdir(), "pilothouse-tools-")));
    root = join(base, "workspace");
    outside = join(base, "outside");
    await mkdir(join(root, "repo", "inner"), { recursive: true });
    await mkdir(join(root, ".pilothouse"));
    await mkdir(outside);
    await writeFile(join(outside, "secret.txt"), "secret");
    await writeFile(join(root, "repo", "a.txt"), "one\ntwo\nthree\n");
    const place = new Place(root, join(root, "repo"));
    const programs = {
      place,
      environment: () => ({ PATH: process.env["PATH"] ?? "" }),
      signal: () => new AbortController().signal,
    };
    const all = [...readingTools(place), ...editingTools(place), ...searchTools(programs), shellTool(programs)];
    tools = new Map(all.map((each) => [each.name, each]));
  });
  afterEach(async () => rm(join(root, ".."), { recursive: true, force: true }));
  const call = async (name: string, input: Record<string, unknown>): Promise<unknown> => tools.get(name)?.invoke(input);

  it("read with line numbers, and a part when asked", async () => {
    expect(await call("read_file", { file_path: "a.txt", offset: 2, limit: 1 })).toBe(
      "2\ttwo\n(2 more lines; read on with offset 3.)",
    );
    expect(await call("list_directory", {})).toBe("a.txt\ninner/");
  });

  it("write and replace", async () => {
    await call("write_file", { file_path: "new/b.txt", content: "hello hello" });
    await expect(call("replace", { file_path: "new/b.txt", old_string: "hello", new_string: "x" })).rejects.toThrow(
      "stands 2 times",
    );
    await call("replace", { file_path: "new/b.txt", old_string: "hello", new_string: "$&", replace_all: true });
    expect(await readFile(join(root, "repo", "new", "b.txt"), "utf8")).toBe("$& $&");
    await expect(call("replace", { file_path: "a.txt", old_string: "no", new_string: "x" })).rejects.toThrow(
      "does not stand",
    );
  });

  it.each([
    ["../../outside/secret.txt"],
    ["/etc/passwd"],
    ["link/secret.txt"],
    ["../.pilothouse/state.json"],
    ["inner/../../../outside/secret.txt"],
  ])("do not reach %s", async (path) => {
    await symlink(outside, join(root, "repo", "link"));
    await expect(call("read_file", { file_path: path })).rejects.toThrow("outside the workspace");
    await expect(call("write_file", { file_path: path, content: "x" })).rejects.toThrow("outside the workspace");
    expect(await readFile(join(outside, "secret.txt"), "utf8")).toBe("secret");
  });

  it("search, without options from a pattern", async () => {
    expect(await call("grep_search", { pattern: "^t" })).toBe("a.txt:2:two\na.txt:3:three");
    expect(await call("grep_search", { pattern: "--version" })).toBe("(nothing found)");
    expect(await call("glob", { pattern: "**/*.txt" })).toBe("a.txt");
  });

  it("run commands, whose failure the model sees", async () => {
    expect(await call("run_shell_command", { command: "pwd" })).toBe(join(root, "repo"));
    await expect(call("run_shell_command", { command: "echo broken; exit 3" })).rejects.toThrow(
      "broken\n[exit code 3]",
    );
    await expect(call("run_shell_command", { command: "sleep 60", timeout_seconds: 1 })).rejects.toThrow("within 1 s");
  });

  it("end a command with all that it started, and keep both ends of what it printed", async () => {
    const abort = new AbortController();
    const marker = join(root, "marker");
    const running = runCommand({
      file: "bash",
      args: ["-c", `(sleep 2; touch ${marker}) & sleep 60`],
      cwd: root,
      environment: { PATH: process.env["PATH"] ?? "" },
      timeout: 60_000,
      signal: abort.signal,
      keep: 100,
    });
    setTimeout(() => abort.abort(), 100);
    expect(await running).toMatchObject({ ended: "aborted" });
    const long = await runCommand({
      file: "bash",
      args: ["-c", "seq 1 1000"],
      cwd: root,
      environment: { PATH: process.env["PATH"] ?? "" },
      timeout: 60_000,
      signal: new AbortController().signal,
      keep: 100,
    });
    expect(long.output).toMatch(/^1\n2\n[\s\S]*characters left out[\s\S]*999\n1000\n$/);
    expect(long.output.length).toBeLessThan(200);
    await new Promise((resolve) => setTimeout(resolve, 2200));
    await expect(readFile(marker)).rejects.toThrow("ENOENT");
  });
});
