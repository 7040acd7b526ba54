/** What a live runner answers through the backend, and the last known answer when none lives. */
import { z } from "zod";
import { CapabilitiesReport } from "../runner/capabilities.ts";
import { ReconciledRepo } from "../resources/agentic-session.ts";

export const WorkspaceEntry = z.object({
  name: z.string(),
  path: z.string().describe("Relative to the workspace, without a leading slash"),
  isDir: z.boolean(),
  size: z.int().min(0),
  modifiedAt: z.string(),
});
export type WorkspaceEntry = z.infer<typeof WorkspaceEntry>;
export const WorkspaceListing = z.object({
  live: z.boolean().optional().describe("false: the archive of a session that no longer runs"),
  items: z.array(WorkspaceEntry),
});

/**
 * No control character, no backslash, no part that is `..`, not absolute (the root may be written `/`), no name and no
 * depth that a file system does not have.
 */
const SAFE = "(?!/+[^/])(?!.*[^/]{256})(?!(?:[^/]*/){100})(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f\\u007f\\\\]*$";
const PATH = { maxLength: 4096 };
/** Described here for clients; who serves it refuses each fault with its own words. */
export const FolderPath = z.string().meta({ ...PATH, pattern: `^${SAFE}`, description: "A folder of the workspace" });
export const FilePath = z
  .string()
  .meta({ ...PATH, minLength: 1, pattern: `^(?!(?:\\.?/)*\\.?$)${SAFE}`, description: "A file of the workspace" });
export const WorkspaceQuery = z.object({ path: FolderPath.optional() });

export const FileChange = z.object({
  path: z.string(),
  status: z.enum(["added", "modified", "deleted", "renamed", "copied", "untracked", "conflicted"]),
  additions: z.int().min(0),
  deletions: z.int().min(0),
  oldPath: z.string().optional(),
  binary: z.boolean().optional(),
});

export const RepositoryDiff = z.object({
  repo: z.string(),
  branch: z.string().nullable(),
  base: z.string().nullable().describe("Commit that the session began from"),
  files: z.array(FileChange),
  patch: z.string().describe("Unified diff"),
  truncated: z.boolean().optional(),
});
export type RepositoryDiff = z.infer<typeof RepositoryDiff>;
/** `live` is false when this is the archive of a session that no longer runs. */
export const DiffAnswer = z.object({ live: z.boolean(), items: z.array(RepositoryDiff) });
export type DiffAnswer = z.infer<typeof DiffAnswer>;
export const DiffQuery = z.object({ repo: z.string().max(100).optional() });

export const RepositoryStatus = ReconciledRepo.extend({
  head: z.string().nullable().optional(),
  ahead: z.int().optional(),
  behind: z.int().optional(),
  dirty: z.boolean().optional(),
});
export const RepositoriesStatusAnswer = z.object({ live: z.boolean(), items: z.array(RepositoryStatus) });

export const McpServerStatus = z.object({
  name: z.string(),
  status: z.string(),
  error: z.string().optional(),
  tools: z.array(z.object({ name: z.string(), description: z.string().optional() })).default([]),
});
export const McpStatusAnswer = z.object({ live: z.boolean(), items: z.array(McpServerStatus) });

export const SessionCapabilities = CapabilitiesReport.extend({ live: z.boolean() });

/** `GET /workflow/metadata` of a runner; all null and empty when the session has no workflow. */
export const WorkflowReport = z.object({
  gitUrl: z.string().nullable(),
  branch: z.string().nullable(),
  path: z.string().nullable(),
  name: z.string().nullable(),
  description: z.string().nullable(),
  startupPrompt: z
    .string()
    .nullable()
    .describe("What the workflow begins with when the session has no prompt of its own"),
  commands: z.array(z.object({ name: z.string(), description: z.string() })),
  agents: z.array(z.object({ name: z.string(), description: z.string() })),
  status: z.enum(["Cloning", "Ready", "Failed"]).nullable(),
  message: z.string().nullable(),
});
export type WorkflowReport = z.infer<typeof WorkflowReport>;
export const WorkflowMetadata = WorkflowReport.extend({ live: z.boolean() });
export type WorkflowMetadata = z.infer<typeof WorkflowMetadata>;
