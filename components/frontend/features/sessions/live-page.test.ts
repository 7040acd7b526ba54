import type { AgenticSession, SessionPhase } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { listSignature, withLive } from "./live-page.ts";

const session = (uid: string, phase: SessionPhase, cost = 0): AgenticSession => ({
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: { name: uid, uid },
  spec: { permissionMode: "bypass", desiredState: "Running", stopOnRunFinished: false, displayName: `cost ${cost}` },
  status: { phase },
});

describe("a live page", () => {
  it("shows each session as the stream last told it, in the server's order", () => {
    const shown = withLive(
      [session("b", "Creating"), session("a", "Running")],
      [session("a", "Stopped"), session("b", "Running"), session("c", "Running")],
    );
    expect(shown.map(({ metadata, status }) => `${metadata.uid} ${status?.phase}`)).toEqual(["b Running", "a Stopped"]);
  });

  it("is the server's own while the stream is silent", () => {
    const items = [session("a", "Running")];
    expect(withLive(items, undefined)).toEqual(items);
    expect(withLive(items, [])).toEqual(items);
  });

  it("is asked for anew when a state changes, and not for each word of an agent", () => {
    const before = [session("a", "Running"), session("b", "Running")];
    const talking = before.map((item) => ({ ...item, status: { ...item.status, observedGeneration: 7 } }));
    expect(listSignature(talking.toReversed())).toBe(listSignature(before));
    expect(listSignature([session("a", "Stopped"), session("b", "Running")])).not.toBe(listSignature(before));
    expect(listSignature(before.slice(1))).not.toBe(listSignature(before));
  });
});
