import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diffRepository } from "./diff.ts";
import type { Large } from "./clone.ts";
import { Git } from "./git.ts";
import { prepareRepositories } from "./prepare.ts";
import { Repositories, type KnownRepository } from "./repositories.ts";
import { repositoryNames } from "./repository-names.ts";

const logger = pino({ level: "silent" });
const signal = new AbortController().signal;

describe("repositories of a session", () => {
  let base: string;
  let source: string;
  let git: Git;
  const known = new Map<string, KnownRepository>();
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
    git = new Git({ broker, hosts: [], author: { name: "Ada", email: "ada@example.com" }, home: base });
    known.clear();
  });
  afterEach(async () => {
    await rm(base, { recursive: true, force: true });
  });

  const messages: string[] = [];
  const open = (large?: Large): Repositories => {
    messages.length = 0;
    const repositories = new Repositories({
      git,
      directory: join(base, "repos"),
      sessionName: "fix-login",
      logger,
      onChange: () => messages.push(...repositories.states.flatMap((state) => state.message ?? [])),
      known: (name) => known.get(name),
      remember: async (name, repository) => {
        known.set(name, repository);
      },
      ...(large ? { large } : {}),
    });
    return repositories;
  };
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
    expect(known.get("source")?.base).toBe(run(source, "rev-parse", "HEAD"));
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

  const commit = async (folder: string, file: string, content: string): Promise<string> => {
    await writeFile(join(folder, file), content);
    run(folder, "add", "--all");
    run(folder, "commit", "--quiet", "--message", file);
    return run(folder, "rev-parse", "HEAD");
  };

  it("adds and removes while it works, and leaves on the disk what was removed", async () => {
    const repositories = open();
    const first = { url: url(), name: "first", autoPush: false };
    const second = { url: url(), name: "second", autoPush: false };
    await repositories.reconcile([first], signal);
    await repositories.reconcile([first, second], signal);
    expect(repositories.places.map((place) => place.name)).toEqual(["first", "second"]);
    await writeFile(join(base, "repos", "first", "mine.txt"), "work");
    await repositories.reconcile([second], signal);
    expect(repositories.places.map((place) => place.name)).toEqual(["second"]);
    await repositories.reconcile([first, second], signal);
    expect(await readFile(join(base, "repos", "first", "mine.txt"), "utf8")).toBe("work");
  });

  it("moves to another branch when there is no work on the one it has, and says so when there is", async () => {
    run(source, "checkout", "--quiet", "-b", "next");
    const next = await commit(source, "next.txt", "x");
    run(source, "checkout", "--quiet", "main");
    const repositories = open();
    const of = (branch: string) => [{ url: url(), branch, autoPush: false }];
    await repositories.reconcile(of("main"), signal);
    await repositories.reconcile(of("next"), signal);
    const place = join(base, "repos", "source");
    expect(run(place, "rev-parse", "HEAD")).toBe(next);
    expect(repositories.states).toMatchObject([{ status: "Ready", branch: "pilothouse/fix-login" }]);
    expect(known.get("source")?.base).toBe(next);

    await writeFile(join(place, "kept.txt"), "changed");
    await repositories.reconcile(of("main"), signal);
    expect(repositories.states[0]?.message).toContain("not switched to main: there are changes");
    await commit(place, "mine.txt", "work");
    await repositories.reconcile(of("next"), signal);
    expect(repositories.states[0]?.message).toContain("commits of its own");
    expect(await readFile(join(place, "mine.txt"), "utf8")).toBe("work");
    await repositories.reconcile(of("none"), signal);
    expect(repositories.states).toMatchObject([{ status: "Failed" }]);
  });

  it("does not take another repository's folder for the one that is wanted", async () => {
    const other = join(base, "other");
    await mkdir(other);
    run(other, "init", "--quiet", "--initial-branch=main");
    await commit(other, "other.txt", "x");
    const repositories = open();
    await repositories.reconcile([{ url: url(), name: "code", autoPush: false }], signal);
    await repositories.reconcile([{ url: `file://${other}`, name: "code", autoPush: false }], signal);
    expect(existsSync(join(base, "repos", "code", "other.txt"))).toBe(true);
    expect(existsSync(join(base, "repos", "code.former-1", "kept.txt"))).toBe(true);
  });

  it.each([
    ["partial", true],
    ["shallow", false],
  ])("clones a large repository in a %s way, and can push from it", async (kind, filters) => {
    const commits = Array.from({ length: 60 }, (_, count) => {
      const from = count === 0 ? "from refs/heads/main^0\n" : "";
      return `commit refs/heads/main\ncommitter T <t@t> ${count} +0000\ndata 1\nx\n${from}\n`;
    });
    execFileSync("git", ["fast-import", "--quiet"], { cwd: source, input: commits.join("") });
    run(source, "config", "uploadpack.allowFilter", String(filters));
    const repositories = open({ objects: 10, bytes: 1e9 });
    await repositories.reconcile([{ url: url(), autoPush: true }], signal);
    expect(repositories.states).toMatchObject([{ status: "Ready", message: expect.stringContaining("large") }]);
    expect(messages.some((message) => message.includes(`(large: ${kind} clone)`))).toBe(true);
    const place = join(base, "repos", "source");
    expect(run(place, "rev-parse", "--is-shallow-repository")).toBe(String(!filters));
    expect(await readFile(join(place, "kept.txt"), "utf8")).toBe("one\ntwo\n");
    const mine = await commit(place, "mine.txt", "work");
    expect(await repositories.push(signal)).toEqual([]);
    expect(run(source, "rev-parse", "pilothouse/fix-login")).toBe(mine);
  });

  it("pushes what is committed to the address of the spec, and to no other that the repository names", async () => {
    const bare = join(base, "bare.git");
    run(base, "clone", "--quiet", "--bare", source, bare);
    const repositories = open();
    await repositories.reconcile([{ url: `file://${bare}`, name: "code", autoPush: true }], signal);
    expect(await repositories.push(signal)).toEqual([]);
    expect(run(bare, "branch", "--list", "pilothouse/*")).toBe("");

    const place = join(base, "repos", "code");
    run(place, "remote", "set-url", "origin", `file://${base}/elsewhere`);
    const first = await commit(place, "a.txt", "a");
    expect(await repositories.push(signal)).toEqual([]);
    expect(run(bare, "rev-parse", "pilothouse/fix-login")).toBe(first);

    run(place, "commit", "--quiet", "--amend", "--message", "other");
    expect(await repositories.push(signal)).toEqual([expect.stringContaining("rejected")]);
    expect(repositories.states[0]?.message).toContain("was not pushed");
    run(bare, "branch", "-D", "pilothouse/fix-login");
    expect(await repositories.push(signal)).toEqual([]);
    expect(repositories.states[0]?.message).toBeUndefined();
  });

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
    const diff = await diffRepository(git, place, known.get("source")?.base, signal);
    expect(diff).toMatchObject({ repo: "source", branch: "pilothouse/fix-login", base: known.get("source")?.base });
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
    const { files } = await diffRepository(git, place, known.get("source")?.base, signal);
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
