import type { AgenticSession } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { changedRepositories, folderOf, isRepository, repositoryViews } from "./repository-model.ts";

const web = { url: "https://github.com/org/web.git", autoPush: true };
const api = { url: "git@github.com:org/api", name: "backend", branch: "dev", autoPush: false };
const session = (status: AgenticSession["status"]): AgenticSession => ({
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: { name: "s", uid: "u" },
  spec: { permissionMode: "bypass", desiredState: "Running", stopOnRunFinished: false, repos: [web, api] },
  status,
});

describe("the repositories of a session", () => {
  it("are known by their folder", () => {
    expect([web, api, { url: "ssh://git@host/a/b/" }].map(folderOf)).toEqual(["web", "backend", "b"]);
  });

  it("are what was wished for, beside what came of it", () => {
    const views = repositoryViews(
      session({
        reconciledRepos: [
          { name: "web", url: web.url, branch: "main", status: "Ready" },
          { name: "gone", url: "https://x.test/gone", status: "Ready" },
        ],
      }),
    );
    expect(views.map(({ name, branch, status, wish }) => [name, branch, status, wish !== undefined])).toEqual([
      ["web", "main", "Ready", true],
      ["backend", "dev", undefined, true],
      ["gone", undefined, "Ready", false],
    ]);
  });

  it("change one at a time, and keep what the form does not show", () => {
    const repos = [web, api];
    expect(changedRepositories(repos, "web", { url: web.url, branch: "next" })).toEqual([
      { ...web, branch: "next" },
      api,
    ]);
    expect(changedRepositories(repos, "backend", undefined)).toEqual([web]);
    const { branch: _none, ...onDefault } = api;
    expect(changedRepositories(repos, "backend", { url: api.url, branch: "" })).toEqual([web, onDefault]);
    expect(changedRepositories([], undefined, { url: "https://x.test/y", branch: "" })).toEqual([
      { url: "https://x.test/y", autoPush: false },
    ]);
  });

  it("must have an address and may have a branch", () => {
    expect(isRepository("https://x.test/y", "")).toBe(true);
    expect(isRepository("https://x.test/y", "-x")).toBe(false);
    expect(isRepository("x.test/y", "")).toBe(false);
  });
});
