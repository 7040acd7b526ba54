"use client";
/** What the agent works with: repositories, workflow, tool servers. */
import type { AgenticSession } from "@pilothouse/contracts";
import { useAllowed } from "@/lib/api/queries";
import * as texts from "@/lib/texts";
import type { PanelCapabilities } from "../use-capabilities";
import { RepositoriesSection } from "./repositories-section";
import { ToolServersSection } from "./tool-servers-section";
import { WorkflowSection } from "./workflow-section";

interface ContextPanelProps {
  project: string;
  session: AgenticSession;
  capabilities: PanelCapabilities;
}

export function ContextPanel({ project, session, capabilities }: ContextPanelProps) {
  const isAllowed = useAllowed(project, "updateSessions");
  return (
    <div className="grid gap-6 p-5">
      {isAllowed === false ? <p className="text-sm text-ink-3">{texts.panels.contextReadOnly}</p> : null}
      {capabilities.fileSystem ? (
        <>
          <RepositoriesSection project={project} session={session} canChange={isAllowed === true} />
          <WorkflowSection project={project} session={session} canChange={isAllowed === true} />
        </>
      ) : null}
      {capabilities.mcp ? <ToolServersSection project={project} session={session} /> : null}
    </div>
  );
}
