import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diffRepository } from "./diff.ts";
import { Git, gitEnvironment } from "./git.ts";
import { prepareRepositories } from "./prepare.ts";
import { Repositories, repositoryNames } from "./repositories.ts";

const logger = pino({ level: "silent" });
const signal = new AbortController().signal;

describe("repositories of a session", () => {
  let base: string;
  let source: string;
  let git: Git;
  const bases: Record<string, string> = {};
  const run = (cwd: string, ...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "repos-"));
    source = join(base, "source");
    await mkdir(source);
    run(source, "init", "--quiet", "--initial-branch=main");
    await writeFile(join(source, "kept.txt"), "one\ntwo\n");
    await writeFile(join(source, "gone.txt"), "bye\n");
    run(source, "add", "--all");
    run(source, "commit", "--quiet", "--message", "first");
    const broker = { url: "http://127.0.0.1:9", token: "t" };
    git = new Git(gitEnvironment({ home: base, broker, author: { name: "Ada", email: "ada@example.com" } }), base);
  });
  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  const open = (sessionName = "fix-login"): Repositories =>
    new Repositories({
      git,
      directory: join(base, "repos"),
      sessionName,
      logger,
      onChange: () => undefined,
      rememberBase: async (name, commit) => {
        bases[name] = commit;
      },
    });
  const url = (): string => `file://${source}`;

  it("clones several side by side, each on the session's branch", async () => {
    run(source, "branch", "next");
    const repositories = open();
    await repositories.reconcile(
      [
        { url: url(), autoPush: false },
        { url: url(), name: "second", branch: "next", autoPush: false },
      ],
      signal,
    );
    expect(repositories.states).toMatchObject([
      { name: "source", status: "Ready", branch: "pilothouse/fix-login" },
      { name: "second", status: "Ready", branch: "pilothouse/fix-login" },
    ]);
    expect(await readFile(join(base, "repos", "second", "kept.txt"), "utf8")).toBe("one\ntwo\n");
    expect(bases["source"]).toBe(run(source, "rev-parse", "HEAD"));
  });

  it("keeps what is there when it is asked again", async () => {
    await open().reconcile([{ url: url(), autoPush: false }], signal);
    await writeFile(join(base, "repos", "source", "mine.txt"), "work");
    const again = open();
    await again.reconcile([{ url: url(), autoPush: false }], signal);
    expect(again.states).toMatchObject([{ status: "Ready" }]);
    expect(await readFile(join(base, "repos", "source", "mine.txt"), "utf8")).toBe("work");
  });

  it("takes up the branch that an earlier session of this name pushed", async () => {
    run(source, "checkout", "--quiet", "-b", "pilothouse/fix-login");
    await writeFile(join(source, "pushed.txt"), "x");
    run(source, "add", "--all");
    run(source, "commit", "--quiet", "--message", "pushed");
    run(source, "checkout", "--quiet", "main");
    await open().reconcile([{ url: url(), autoPush: false }], signal);
    expect(existsSync(join(base, "repos", "source", "pushed.txt"))).toBe(true);
  });

  it("says why a repository cannot be cloned, in git's words and without credentials", async () => {
    const repositories = open();
    await repositories.reconcile([{ url: `file://user:pass@${base}/none`, name: "none", autoPush: false }], signal);
    expect(repositories.states).toMatchObject([{ status: "Failed", message: expect.stringContaining("none") }]);
    expect(repositories.states[0]?.message).not.toContain("pass");
    await expect(
      prepareRepositories(repositories, [{ url: `file://${base}/none`, autoPush: false }], logger, signal),
    ).rejects.toMatchObject({
      code: "CLONE_FAILED",
    });
  });

  it.each(["ext::sh -c 'touch /tmp/x'", "--upload-pack=touch", "http://a\nb"])(
    "refuses the address %j",
    async (address) => {
      const repositories = open();
      await repositories.reconcile([{ url: address, name: "bad", autoPush: false }], signal);
      expect(repositories.states).toMatchObject([
        { status: "Failed", message: expect.stringContaining("not allowed") },
      ]);
    },
  );

  it("runs no hook of a repository", async () => {
    const repositories = open();
    await repositories.reconcile([{ url: url(), autoPush: false }], signal);
    const place = join(base, "repos", "source");
    const hook = join(place, ".git", "hooks", "post-checkout");
    await writeFile(hook, `#!/bin/sh\ntouch ${base}/pwned\n`);
    await chmod(hook, 0o755);
    await git.run(["checkout", "--quiet", "-b", "other"], { cwd: place });
    expect(existsSync(join(base, "pwned"))).toBe(false);
  });

  it("shows what was changed, committed or not, and leaves the index alone", async () => {
    const repositories = open();
    await repositories.reconcile([{ url: url(), autoPush: false }], signal);
    const [place] = repositories.places;
    if (place === undefined) throw new Error("no repository");
    await writeFile(join(place.path, "kept.txt"), "one\ntwo\nthree\n");
    run(place.path, "commit", "--quiet", "--all", "--message", "third line");
    await rm(join(place.path, "gone.txt"));
    await writeFile(join(place.path, "new file.txt"), "a\nb\n");
    await writeFile(join(place.path, "image.bin"), Buffer.from([0, 1, 2, 0]));
    const before = run(place.path, "status", "--porcelain");
    const diff = await diffRepository(git, place, bases["source"], signal);
    expect(diff).toMatchObject({ repo: "source", branch: "pilothouse/fix-login", base: bases["source"] });
    expect(diff.files).toEqual([
      { path: "gone.txt", status: "deleted", additions: 0, deletions: 1 },
      { path: "image.bin", status: "added", additions: 0, deletions: 0, binary: true },
      { path: "kept.txt", status: "modified", additions: 1, deletions: 0 },
      { path: "new file.txt", status: "added", additions: 2, deletions: 0 },
    ]);
    expect(diff.patch).toContain("+three");
    expect(run(place.path, "status", "--porcelain")).toBe(before);
  });

  it("recognises a renamed file", async () => {
    const repositories = open();
    await repositories.reconcile([{ url: url(), autoPush: false }], signal);
    const [place] = repositories.places;
    if (place === undefined) throw new Error("no repository");
    run(place.path, "mv", "kept.txt", "moved.txt");
    const { files } = await diffRepository(git, place, bases["source"], signal);
    expect(files).toEqual([{ path: "moved.txt", oldPath: "kept.txt", status: "renamed", additions: 0, deletions: 0 }]);
  });

  it.each([
    [["https://github.com/a/b.git"], ["b"]],
    [
      ["git@github.com:a/b.git", "https://x/b"],
      ["b", "b-2"],
    ],
    [["https://x/-y/"], ["repo--y"]],
  ])("names the folders of %j %j", (urls, names) => {
    expect(repositoryNames(urls.map((each) => ({ url: each })))).toEqual(names);
  });
});
