import { describe, expect, it } from "vitest";
import { contextToTell } from "./context.ts";

const context = [
  { description: "Page", value: "/orders/7" },
  { description: "", value: "The user is an editor." },
];
const run = (content: string) => ({
  runId: "r",
  messages: [{ id: "m", role: "user" as const, content }],
  resume: [],
  context,
});

describe("what a client tells of itself", () => {
  it("goes before a message, in words", () => {
    expect(contextToTell(run("hello"), undefined)).toBe(
      "The user's application says of itself:\n- Page: /orders/7\n- The user is an editor.",
    );
  });

  it("is not told again while it is the same", () => {
    const told = contextToTell(run("hello"), undefined);
    expect(contextToTell(run("again"), told)).toBeUndefined();
    expect(contextToTell({ ...run("again"), context: context.slice(1) }, told)).toContain("an editor");
  });

  it("waits when the message is a command, or none", () => {
    expect(contextToTell(run("/compact"), undefined)).toBeUndefined();
    expect(contextToTell({ ...run(""), messages: [] }, undefined)).toBeUndefined();
  });
});
