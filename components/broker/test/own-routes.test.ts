import { describe, expect, it } from "vitest";
import { startTestBroker } from "./harness.ts";

describe("the broker's own routes", () => {
  it("/usage needs the token", async () => {
    await using broker = await startTestBroker({});
    const response = await fetch(`${broker.url}/usage`);
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

  it("hands no git credential to anyone, whoever asks", async () => {
    await using broker = await startTestBroker(
      { PILOTHOUSE_GIT_HOSTS: "github.com" },
      {},
      { GITHUB_TOKEN: "gh-token" },
    );
    const response = await broker.get("/credentials/git?host=github.com");
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("gh-token");
  });
});
