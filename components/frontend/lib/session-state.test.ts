import { SESSION_PHASES, type AgenticSession } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { compareSessions, sessionState, sessionTitle } from "./session-state.ts";

const session = (status: AgenticSession["status"], metadata: object = {}) => ({
  metadata: { name: "s", uid: "u", ...metadata },
  status,
});
const agent = (status: "working" | "idle" | "waiting_input", lastActivityTime?: string) => ({
  status,
  promptDelivered: true,
  lastSeq: 1,
  turns: 1,
  toolCalls: 0,
  finishedRuns: 0,
  ...(lastActivityTime === undefined ? {} : { lastActivityTime }),
});

describe("sessionState", () => {
  it.each([
    [undefined, "Waiting to start"],
    [{ phase: "Queued", queuePosition: 3 }, "Queued · 3"],
    [{ phase: "Running" }, "Starting"],
    [{ phase: "Running", agent: agent("working") }, "Working"],
    [{ phase: "Running", agent: agent("waiting_input") }, "Waiting for you"],
    [{ phase: "Stopped", agent: agent("working") }, "Stopped"],
  ] as const)("of %j is %s", (status, label) => expect(sessionState(session(status)).label).toBe(label));

  it("knows every phase", () => {
    for (const phase of SESSION_PHASES) expect(sessionState(session({ phase })).glyph).not.toBe("unknown");
  });

  it("calls for a person when the agent asks or the session failed, and only then", () => {
    expect(sessionState(session({ phase: "Failed" })).needsYou).toBe(true);
    expect(sessionState(session({ phase: "Running", agent: agent("waiting_input") })).needsYou).toBe(true);
    expect(sessionState(session({ phase: "Stopped", agent: agent("waiting_input") })).needsYou).toBe(false);
  });

  it("says why a session was stopped", () => {
    expect(sessionState(session({ phase: "Stopped", stoppedReason: "budget" })).reason).toBe("Stopped at its budget");
  });
});

describe("lists", () => {
  it("put sessions that need somebody first, then the newest", () => {
    const old = session({ phase: "Running", agent: agent("waiting_input", "2026-01-01T00:00:00Z") });
    const newer = session({ phase: "Running", agent: agent("working", "2026-01-02T00:00:00Z") });
    const newest = session({ phase: "Running", agent: agent("idle", "2026-01-03T00:00:00Z") });
    expect([newer, old, newest].toSorted(compareSessions)).toEqual([old, newest, newer]);
  });

  it("name a session by what is known of it", () => {
    const spec = { permissionMode: "bypass" } as AgenticSession["spec"];
    const metadata = { name: "session-x", uid: "u" };
    expect(sessionTitle({ metadata, spec: { ...spec, displayName: "Fix it", initialPrompt: "Do" } })).toBe("Fix it");
    expect(sessionTitle({ metadata, spec: { ...spec, initialPrompt: "\n  Do this\nand that" } })).toBe("Do this");
    expect(sessionTitle({ metadata, spec })).toBe("session-x");
    const agent = {
      status: "idle",
      promptDelivered: true,
      lastSeq: 1,
      turns: 1,
      toolCalls: 0,
      finishedRuns: 1,
    } as const;
    const status = { agent: { ...agent, title: "Mend the login" } };
    expect(sessionTitle({ metadata, spec: { ...spec, initialPrompt: "Do" }, status })).toBe("Mend the login");
    expect(sessionTitle({ metadata, spec: { ...spec, displayName: "Mine" }, status })).toBe("Mine");
    expect(sessionTitle({ metadata, spec: { ...spec, initialPrompt: "x".repeat(200) } })).toHaveLength(80);
  });
});
