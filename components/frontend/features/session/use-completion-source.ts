"use client";
/** What can be completed in a message to this session: as its agent and its workspace allow. */
import type { AgenticSession } from "@pilothouse/contracts";
import { useMemo } from "react";
import type { CompletionSource } from "../composer/use-completion";
import { useCapabilities } from "../panels/use-capabilities";

const none: CompletionSource["commands"] = [];

export function useCompletionSource(project: string, session: AgenticSession, isLive: boolean): CompletionSource {
  const capabilities = useCapabilities(project, session);
  const { name } = session.metadata;
  const commands = (isLive ? capabilities?.commands : undefined) ?? none;
  const repos = session.status?.reconciledRepos?.filter((repo) => repo.status === "Ready") ?? [];
  const [only] = repos;
  // Paths are relative to where the agent works: the only repository, else the workspace.
  const working = repos.length === 1 && only !== undefined ? `repos/${only.name}` : "";
  const folder = isLive && capabilities?.fileSystem === true ? working : undefined;
  return useMemo(() => ({ project, session: name, commands, folder }), [project, name, commands, folder]);
}
