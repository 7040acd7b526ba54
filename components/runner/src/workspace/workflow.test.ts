import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Git } from "./git.ts";
import { WorkflowFolder } from "./workflow.ts";

const signal = new AbortController().signal;

describe("the workflow of a session", () => {
  let base: string;
  let source: string;
  let folder: WorkflowFolder;
  const run = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: source, encoding: "utf8" });
  const commit = async (files: Record<string, string>): Promise<void> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(source, path)), { recursive: true });
      await writeFile(join(source, path), content);
    }
    run("add", "--all");
    run("commit", "--quiet", "--message", "x");
  };

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "workflow-"));
    source = join(base, "triage");
    await mkdir(source);
    run("init", "--quiet", "--initial-branch=main");
    const known = new Map<string, string>();
    folder = new WorkflowFolder({
      git: new Git({
        broker: { url: "http://127.0.0.1:9", token: "t" },
        hosts: [],
        author: { name: "Ada", email: "ada@example.com" },
        home: base,
      }),
      directory: join(base, "workflows"),
      logger: pino({ level: "silent" }),
      onChange: () => undefined,
      known: (name) => known.get(name),
      remember: async (name, from) => void known.set(name, from),
    });
  });
  afterEach(async () => rm(base, { recursive: true, force: true }));
  const reconcile = async (path?: string, branch = "main"): Promise<void> =>
    folder.reconcile({ gitUrl: `file://${source}`, branch, ...(path === undefined ? {} : { path }) }, signal);

  it("tells what its manifest, commands and agents say", async () => {
    await commit({
      "bugs/.ambient/ambient.json": JSON.stringify({
        name: "Bug triage",
        description: "Finds causes",
        systemPrompt: "Be thorough.",
        startupPrompt: "Greet the user.",
        results: { more: "fields" },
      }),
      "bugs/.claude/commands/reproduce.md": '---\ndescription: "Makes a test"\n---\nDo it.',
      "bugs/.claude/agents/finder.md": "---\nname: finder\ndescription: Looks around\n---\n",
      "bugs/.claude/agents/notes.txt": "no agent",
      "bugs/CLAUDE.md": "Instructions.",
    });
    await reconcile("bugs");
    expect(folder.status).toMatchObject({ status: "Ready", name: "Bug triage", branch: "main", path: "bugs" });
    expect(folder.loaded).toMatchObject({
      directory: join(base, "workflows", "triage", "bugs"),
      systemPrompt: "Be thorough.",
      instructions: "Instructions.",
    });
    expect(folder.metadata).toEqual({
      gitUrl: `file://${source}`,
      branch: "main",
      path: "bugs",
      name: "Bug triage",
      description: "Finds causes",
      startupPrompt: "Greet the user.",
      commands: [{ name: "reproduce", description: "Makes a test" }],
      agents: [{ name: "finder", description: "Looks around" }],
      status: "Ready",
      message: null,
    });
    await folder.reconcile(undefined, signal);
    expect([folder.status, folder.loaded, folder.metadata.name]).toEqual([undefined, undefined, null]);
  });

  it("is named by its folder when it has no manifest, and follows its branch", async () => {
    await commit({ "README.md": "x" });
    await reconcile();
    expect(folder.status).toMatchObject({ status: "Ready", name: "triage" });
    run("checkout", "--quiet", "-b", "next");
    await commit({ ".ambient/ambient.json": '{"name":"Next"}' });
    await reconcile(undefined, "next");
    expect(folder.status).toMatchObject({ status: "Ready", name: "Next" });
  });

  it.each([
    ["a manifest that is no JSON", { ".ambient/ambient.json": "{" }, undefined, "is not JSON"],
    ["a manifest of another kind", { ".ambient/ambient.json": '{"name":1}' }, undefined, "name"],
    ["a path that is not there", { a: "x" }, "missing", "no folder missing"],
    ["a path that leads out", { a: "x" }, "a/../../..", "no folder"],
    ["git's own folder", { a: "x" }, ".git", "no folder"],
    ["a file", { a: "x" }, "a", "no folder"],
  ])("fails with a reason for %s", async (_name, files, path, reason) => {
    await commit(files);
    await reconcile(path);
    expect(folder.status).toMatchObject({ status: "Failed", message: expect.stringContaining(reason) });
    expect(folder.loaded).toBeUndefined();
  });

  it("follows no link out of its repository", async () => {
    await writeFile(join(base, "secret.md"), "---\ndescription: secret\n---\nsecret");
    await mkdir(join(source, ".claude", "commands"), { recursive: true });
    await mkdir(join(source, ".ambient"));
    await symlink("../../../../secret.md", join(source, ".claude", "commands", "leak.md"));
    await symlink(join(base, "secret.md"), join(source, "CLAUDE.md"));
    await symlink("/", join(source, ".claude", "agents"));
    await symlink("/etc", join(source, "outside"));
    await commit({ "README.md": "x" });
    await reconcile();
    expect(JSON.stringify([folder.loaded, folder.metadata])).not.toContain("secret");
    await reconcile("outside");
    expect(folder.status).toMatchObject({ status: "Failed" });
  });
});
