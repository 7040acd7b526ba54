import { describe, expect, it } from "vitest";
import { startTestBroker } from "./harness.ts";

describe("the broker's own routes", () => {
  it.each(["/usage", "/credentials/git?host=github.com"])("%s needs the token", async (path) => {
    await using broker = await startTestBroker({});
    const response = await fetch(broker.url + path);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "TOKEN_REQUIRED" });
  });

  it.each(["/health", "/ready", "/metrics"])("%s is open", async (path) => {
    await using broker = await startTestBroker({});
    expect((await fetch(broker.url + path)).status).toBe(200);
  });

  it("shows every series before anything has happened", async () => {
    await using broker = await startTestBroker({});
    const text = await (await fetch(`${broker.url}/metrics`)).text();
    expect(text).toContain('pilothouse_broker_requests_total{provider="anthropic",outcome="cut"} 0');
    expect(text).toContain('pilothouse_broker_cost_usd_total{provider="openai"} 0');
  });

  it("answers 404 and 405 with a code", async () => {
    await using broker = await startTestBroker({});
    expect(await (await broker.get("/nowhere")).json()).toEqual({
      error: "the broker has no path /nowhere",
      code: "NOT_FOUND",
    });
    expect((await fetch(`${broker.url}/usage`, { method: "POST" })).status).toBe(405);
  });
});

describe("credentials for git", () => {
  const HOSTS = { PILOTHOUSE_GIT_HOSTS: "github.com, gitlab.example:8443,code.example" };
  const SECRETS = {
    GITHUB_TOKEN: "gh-token",
    GITLAB_TOKEN: "gl-token",
    GITLAB_INSTANCE_URL: "https://GitLab.example:8443/",
    GIT_CREDENTIALS: "https://robot:p%40ss@code.example\nhttps://x:y@other.example",
  };

  it.each([
    ["github.com", { protocol: "https", host: "github.com", username: "x-access-token", password: "gh-token" }],
    ["GitHub.com", { protocol: "https", host: "github.com", username: "x-access-token", password: "gh-token" }],
    [
      "gitlab.example:8443",
      { protocol: "https", host: "gitlab.example:8443", username: "oauth2", password: "gl-token" },
    ],
    ["code.example", { protocol: "https", host: "code.example", username: "robot", password: "p@ss" }],
  ])("%s", async (host, expected) => {
    await using broker = await startTestBroker(HOSTS, {}, SECRETS);
    expect(await (await broker.get(`/credentials/git?host=${host}`)).json()).toEqual(expected);
  });

  it.each([
    ["other.example", 403, "HOST_REFUSED"],
    ["github.com.evil.example", 403, "HOST_REFUSED"],
    ["gitlab.example", 403, "HOST_REFUSED"],
    ["", 400, "INVALID_REQUEST"],
  ])("%s: %d", async (host, status, code) => {
    await using broker = await startTestBroker(HOSTS, {}, SECRETS);
    const response = await broker.get(`/credentials/git?host=${host}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it("says when the project has none", async () => {
    await using broker = await startTestBroker(HOSTS, {}, {});
    const response = await broker.get("/credentials/git?host=github.com");
    expect(await response.json()).toEqual({
      error: "project team-a has no git credential for github.com",
      code: "NOT_FOUND",
    });
  });
});
