import { describe, expect, it } from "vitest";
import { readConfiguration } from "./environment.ts";

const GIVEN = {
  POD_IP: "127.4.5.6",
  PILOTHOUSE_BROKER_TOKEN: "t",
  PILOTHOUSE_PROJECT: "team-a",
  PILOTHOUSE_SESSION_NAME: "s",
  PILOTHOUSE_SESSION_UID: "u",
  PILOTHOUSE_RUNNER_SECRETS_DIR: "/secrets",
};

describe("readConfiguration", () => {
  it("has the providers' own addresses by default", () => {
    expect(readConfiguration(GIVEN)).toMatchObject({
      host: "127.4.5.6",
      port: 8002,
      upstreams: { anthropic: "https://api.anthropic.com", openai: "https://api.openai.com" },
      budget: {},
      gitHosts: [],
    });
  });

  it.each([
    [{ PILOTHOUSE_BROKER_TOKEN: undefined }, "PILOTHOUSE_BROKER_TOKEN"],
    [{ PILOTHOUSE_BUDGET: "{" }, "PILOTHOUSE_BUDGET: is not JSON"],
    [{ PILOTHOUSE_BUDGET: '{"maxTokens":0}' }, "PILOTHOUSE_BUDGET.maxTokens"],
    [{ PILOTHOUSE_SPENT: '{"costUsd":-1}' }, "PILOTHOUSE_SPENT.costUsd"],
    [
      { ANTHROPIC_UPSTREAM_URL: "file:///etc/passwd" },
      "ANTHROPIC_UPSTREAM_URL: file:///etc/passwd is not an http or https address",
    ],
    [{ GEMINI_UPSTREAM_URL: "https://user:pass@host" }, "GEMINI_UPSTREAM_URL: must hold neither credentials"],
    [{ PILOTHOUSE_GIT_HOSTS: "ssh://git.example" }, "PILOTHOUSE_GIT_HOSTS: ssh://git.example is not a host"],
    [{ PILOTHOUSE_BROKER_PORT: "x" }, "PILOTHOUSE_BROKER_PORT"],
  ])("names what is wrong: %j", (change, named) => {
    expect(() => readConfiguration({ ...GIVEN, ...change })).toThrow(named);
  });
});
