/** What the runner has to do when the session's spec becomes another. Pure. */
import type { AgenticSessionSpec, Repository } from "@pilothouse/contracts/resources/agentic-session";
import type { Workflow } from "../workspace/workflow.ts";

export type SpecDifference =
  | { readonly type: "model"; readonly model: string | undefined }
  | { readonly type: "permissionMode"; readonly permissionMode: AgenticSessionSpec["permissionMode"] }
  | { readonly type: "mcpServers" }
  | { readonly type: "repos"; readonly repos: readonly Repository[] }
  | { readonly type: "workflow"; readonly workflow: Workflow | undefined };

export function specDifferences(before: AgenticSessionSpec, after: AgenticSessionSpec): SpecDifference[] {
  const differences: SpecDifference[] = [];
  if (before.llmSettings?.model !== after.llmSettings?.model)
    differences.push({ type: "model", model: after.llmSettings?.model });
  if (before.permissionMode !== after.permissionMode)
    differences.push({ type: "permissionMode", permissionMode: after.permissionMode });
  if (!equal(before.mcpServers, after.mcpServers)) differences.push({ type: "mcpServers" });
  if (!equal(before.repos ?? [], after.repos ?? [])) differences.push({ type: "repos", repos: after.repos ?? [] });
  if (!equal(before.activeWorkflow, after.activeWorkflow))
    differences.push({ type: "workflow", workflow: after.activeWorkflow });
  return differences;
}

/** Objects come from the API server, whose field order is stable enough; a false difference costs a repeated no-op. */
function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
