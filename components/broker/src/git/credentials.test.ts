import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseGitHosts } from "@pilothouse/contracts/runner/git-hosts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretStore } from "../secrets/store.ts";
import { gitCredential } from "./credentials.ts";

describe("gitCredential", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "broker-secrets-"));
  });
  afterEach(async () => rm(directory, { recursive: true }));

  const SECRETS = {
    GITHUB_TOKEN: "gh-token",
    GITLAB_TOKEN: "gl-token",
    GITLAB_INSTANCE_URL: "https://GitLab.example:8443/",
    GIT_CREDENTIALS: "https://robot:p%40ss@code.example\nhttp://robot:plain@forge.local:3000",
  };
  const of = async (host: string, secrets: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(secrets)) await writeFile(join(directory, name), value);
    const [known] = parseGitHosts(host).hosts;
    if (known === undefined) throw new Error("no host");
    return gitCredential(secretStore(directory), known);
  };

  it.each([
    ["github.com", { username: "x-access-token", password: "gh-token" }],
    ["gitlab.example:8443", { username: "oauth2", password: "gl-token" }],
    ["code.example", { username: "robot", password: "p@ss" }],
    ["http://forge.local:3000", { username: "robot", password: "plain" }],
  ])("%s", async (host, expected) => {
    expect(await of(host, SECRETS)).toEqual(expected);
  });

  it.each([
    "other.example",
    "gitlab.example",
    "gitlab.com",
    "http://code.example",
    "http://github.com",
    "forge.local:3000",
  ])("%s: none, as it is another origin", async (host) => {
    expect(await of(host, SECRETS)).toBeUndefined();
  });

  it("takes gitlab.com for GitLab when no instance is named", async () => {
    expect(await of("gitlab.com", { GITLAB_TOKEN: "gl-token" })).toEqual({ username: "oauth2", password: "gl-token" });
  });
});
