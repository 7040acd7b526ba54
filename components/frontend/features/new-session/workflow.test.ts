import type { AgenticSession } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { NO_WORKFLOW, rememberedRepositories, rememberedWorkflows, workflowOf, workflowProblem } from "./workflow.ts";

const gitUrl = "https://github.com/org/workflows.git";
const session = (hour: string, spec: Partial<AgenticSession["spec"]>): AgenticSession => ({
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: { name: hour, uid: hour, creationTimestamp: `2026-01-01T${hour}:00:00Z` },
  spec: { permissionMode: "bypass", desiredState: "Running", stopOnRunFinished: false, ...spec },
});

describe("a workflow", () => {
  it("is none without an address", () => {
    expect(workflowProblem(NO_WORKFLOW)).toBeUndefined();
    expect(workflowOf({ ...NO_WORKFLOW, branch: "main" })).toBeUndefined();
  });

  it("has the main branch and the whole repository unless said otherwise", () => {
    expect(workflowOf({ gitUrl: ` ${gitUrl} `, branch: "", path: "" })).toEqual({ gitUrl, branch: "main" });
    expect(workflowOf({ gitUrl, branch: "dev", path: "triage" })).toEqual({ gitUrl, branch: "dev", path: "triage" });
  });

  it.each([
    { gitUrl: "github.com/x", branch: "", path: "" },
    { gitUrl, branch: "--upload-pack", path: "" },
    { gitUrl, branch: "", path: "/etc" },
    { gitUrl, branch: "", path: "a/../../b" },
    { gitUrl, branch: "", path: "a b" },
  ])("is refused as %j", (draft) => expect(workflowProblem(draft)).toBeTypeOf("string"));
});

describe("what a project remembers", () => {
  const sessions = [
    session("01", {
      activeWorkflow: { gitUrl, branch: "main" },
      repos: [{ url: "https://a.test/old", autoPush: false }],
    }),
    session("03", { activeWorkflow: { gitUrl, branch: "main", path: "triage" } }),
    session("02", {
      activeWorkflow: { gitUrl, branch: "main" },
      repos: [{ url: "https://a.test/new", autoPush: true }],
    }),
  ];

  it("is what its sessions used, once, the newest first", () => {
    expect(rememberedWorkflows(sessions)).toEqual([
      { gitUrl, branch: "main", path: "triage" },
      { gitUrl, branch: "main", path: "" },
    ]);
    expect(rememberedRepositories(sessions)).toEqual(["https://a.test/new", "https://a.test/old"]);
  });
});
