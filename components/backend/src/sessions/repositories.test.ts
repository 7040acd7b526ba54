import { describe, expect, it } from "vitest";
import { checkRepositories, checkRepositoryUrl, repositoryFolder } from "./repositories.ts";

const SCHEMES = ["https", "ssh"];

describe("the address of a repository", () => {
  it.each([
    "https://example.com/team/app.git",
    "https://example.com:8443/app",
    "ssh://git@example.com/app.git",
    "git@example.com:team/app.git",
  ])("may be %s", (url) => {
    expect(() => checkRepositoryUrl(url, "url", SCHEMES)).not.toThrow();
  });

  it.each([
    ["ext::sh -c id", "spaces"],
    ["http://example.com/app", "must begin with"],
    ["file:///etc", "must begin with"],
    ["--upload-pack=touch", "must begin with"],
    ["ssh://-oProxyCommand=id/x", "dash"],
    ["ssh://-x@example.com/app", "dash"],
    ["ssh://example.com/-app", "dash"],
    ["https://user:secret@example.com/app", "credentials"],
    ["https://token@example.com/app", "credentials"],
    ["https://exa\nmple.com/app", "control"],
  ])("may not be %j: %s", (url, reason) => {
    expect(() => checkRepositoryUrl(url, "url", SCHEMES)).toThrow(reason);
  });

  it("names a folder", () => {
    expect(repositoryFolder({ url: "https://example.com/team/app.git/" })).toBe("app");
    expect(repositoryFolder({ url: "git@example.com:app.git" })).toBe("app");
    expect(repositoryFolder({ url: "https://example.com/app", name: "mine" })).toBe("mine");
  });

  it("may not lead two repositories into one folder", () => {
    const repos = [{ url: "https://a.example/app" }, { url: "https://b.example/app.git" }];
    expect(() => checkRepositories(repos, SCHEMES)).toThrow("folder app");
    expect(() =>
      checkRepositories([{ ...repos[0], url: "https://a.example/app", name: "one" }, repos[1] ?? { url: "" }], SCHEMES),
    ).not.toThrow();
  });
});
