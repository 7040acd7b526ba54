import { describe, expect, it } from "vitest";
import { decideProject, type ProjectObservation } from "./decide-project.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const ours = { uid: "n", ours: true, terminating: false };
const observe = (changes: Partial<ProjectObservation> = {}): ProjectObservation => ({
  now: NOW,
  name: "sea",
  home: "pilothouse-projects",
  generation: 1,
  deleting: false,
  hasFinalizer: true,
  status: {},
  namespace: ours,
  furnished: false,
  ...changes,
});

describe("a Project", () => {
  it.each<[string, Partial<ProjectObservation>, string | undefined, string | undefined, RegExp | undefined]>([
    [
      "without finalizer gets one first",
      { hasFinalizer: false, namespace: undefined },
      "Pending",
      "addFinalizer",
      undefined,
    ],
    ["without namespace gets one", { namespace: undefined }, "Pending", "createNamespace", undefined],
    ["with a bare namespace gets it furnished", {}, "Pending", "furnish", undefined],
    ["with a furnished namespace is ready", { furnished: true }, "Ready", undefined, undefined],
    ["stays ready while its furniture is checked", { status: { phase: "Ready" } }, "Ready", "furnish", undefined],
    [
      "whose namespace is being deleted waits",
      { namespace: { ...ours, terminating: true } },
      "Pending",
      undefined,
      /waiting to make it again/,
    ],
    [
      "never takes over a namespace",
      { namespace: { ...ours, ours: false } },
      "Failed",
      undefined,
      /choose another name/,
    ],
    [
      "never takes over a namespace, not even without finalizer",
      { hasFinalizer: false, namespace: { ...ours, ours: false } },
      "Failed",
      undefined,
      /choose another name/,
    ],
    ["with a reserved name is refused", { name: "kube-system", namespace: undefined }, "Failed", undefined, /reserved/],
    [
      "with a name that no namespace can have is refused",
      { name: "a.b", namespace: undefined },
      "Failed",
      undefined,
      /cannot be the name/,
    ],
    [
      "in a wrong place is refused",
      { home: "default", namespace: undefined },
      "Failed",
      undefined,
      /pilothouse-projects/,
    ],
    ["that is deleted deletes its namespace", { deleting: true }, "Terminating", "deleteNamespace", undefined],
    [
      "that is deleted waits for it to be empty",
      { deleting: true, namespace: { ...ours, terminating: true } },
      "Terminating",
      undefined,
      /to be empty/,
    ],
    [
      "that is deleted leaves a foreign namespace alone",
      { deleting: true, namespace: { ...ours, ours: false } },
      "Terminating",
      "removeFinalizer",
      undefined,
    ],
    [
      "that is deleted goes when its namespace has",
      { deleting: true, namespace: undefined },
      "Terminating",
      "removeFinalizer",
      undefined,
    ],
    [
      "that is gone is left alone",
      { deleting: true, hasFinalizer: false, namespace: undefined },
      undefined,
      undefined,
      undefined,
    ],
  ])("%s", (_, changes, phase, action, message) => {
    const decision = decideProject(observe(changes));
    expect(decision.status.phase).toBe(phase);
    expect(decision.action).toBe(action);
    expect(decision.status.message ?? "").toMatch(message ?? /^/);
  });
});
