import { describe, expect, it } from "vitest";
import { ENVIRONMENT_NAME, forbiddenEnvironmentName } from "./user-environment.ts";

describe("environment variables of a session", () => {
  it.each([
    ["REPLAY_RECORDING", undefined],
    ["MY_FLAG_2", undefined],
    ["NODE_OPTIONS", "NODE_OPTIONS: set by the platform, or able to change what it runs"],
    ["ANTHROPIC_BASE_URL", "ANTHROPIC_BASE_URL: set by the platform, or able to change what it runs"],
    ["LD_PRELOAD", "LD_PRELOAD: names that start with LD_ are reserved"],
    ["PILOTHOUSE_BROKER_URL", "PILOTHOUSE_BROKER_URL: names that start with PILOTHOUSE_ are reserved"],
    ["1BAD", "1BAD: not a valid environment variable name"],
    ["A=B", "A=B: not a valid environment variable name"],
  ])("%s → %s", (name, reason) => {
    expect(forbiddenEnvironmentName(name)).toBe(reason);
    expect(new RegExp(ENVIRONMENT_NAME, "u").test(name)).toBe(reason === undefined);
  });
});
