"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { Maximize2, Minimize2, X } from "lucide-react";
import { Tabs } from "radix-ui";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { ArtifactsPanel } from "./artifacts/artifacts-panel";
import { ChangesPanel } from "./changes/changes-panel";
import { ContextPanel } from "./context/context-panel";
import { DetailsPanel } from "./details-panel";
import { FilesPanel } from "./files/files-panel";
import { TimelinePanel } from "./timeline-panel";
import { useCapabilities } from "./use-capabilities";

interface SidePanelProps {
  project: string;
  session: AgenticSession;
  onClose: () => void;
}

interface Panel {
  readonly id: string;
  readonly label: string;
  readonly content: ReactNode;
}

const words = texts.panels;

export function SidePanel({ project, session, onClose }: SidePanelProps) {
  const [isWide, setWide] = useState(false);
  const panels = usePanels(project, session);
  return (
    <aside
      aria-label={texts.session.panel}
      className={cn(
        "fixed inset-0 z-30 flex min-h-0 flex-col bg-panel md:static md:z-auto md:border-l md:border-line",
        isWide ? "md:w-[min(960px,54vw)]" : "md:w-[min(488px,42vw)]",
      )}
    >
      <Tabs.Root defaultValue={panels[0]?.id} className="flex min-h-0 flex-1 flex-col">
        <div className="flex h-13 items-end gap-0.5 border-b border-line px-3">
          <Tabs.List
            aria-label={texts.session.panel}
            className="flex min-w-0 flex-1 gap-0.5 overflow-x-auto [scrollbar-width:none]"
          >
            {panels.map((panel) => (
              <Tabs.Trigger
                key={panel.id}
                value={panel.id}
                className="-mb-px border-b-2 border-transparent px-2 pt-1.5 pb-2.5 text-sm -outline-offset-2 text-ink-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
              >
                {panel.label}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-pressed={isWide}
            aria-label={isWide ? words.narrow : words.widen}
            onClick={() => setWide(!isWide)}
            className="mb-2 hidden md:inline-flex"
          >
            {isWide ? <Minimize2 aria-hidden className="size-3.5" /> : <Maximize2 aria-hidden className="size-3.5" />}
          </Button>
          <Button variant="ghost" size="icon-sm" aria-label={texts.common.close} onClick={onClose} className="mb-2">
            <X aria-hidden className="size-4" />
          </Button>
        </div>
        {panels.map((panel) => (
          <Tabs.Content
            key={panel.id}
            value={panel.id}
            tabIndex={-1}
            className="scroll-thin min-h-0 flex-1 overflow-y-auto focus-visible:outline-none"
          >
            {panel.content}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </aside>
  );
}

/** Those that apply: what a bridge does not have is not offered. */
function usePanels(project: string, session: AgenticSession): readonly Panel[] {
  const capabilities = useCapabilities(project, session);
  const hasRepositories = (session.spec.repos ?? []).length > 0;
  const hasFiles = capabilities?.fileSystem === true;
  const of = { project, session };
  const panels: (Panel | false)[] = [
    hasRepositories && { id: "changes", label: words.changes, content: <ChangesPanel {...of} /> },
    hasFiles && { id: "files", label: words.files, content: <FilesPanel {...of} /> },
    hasFiles && { id: "artifacts", label: words.artifacts, content: <ArtifactsPanel {...of} /> },
    { id: "timeline", label: words.timeline, content: <TimelinePanel session={session} /> },
    capabilities !== undefined &&
      (hasFiles || capabilities.mcp) && {
        id: "context",
        label: words.context,
        content: <ContextPanel {...of} capabilities={capabilities} />,
      },
    { id: "details", label: words.details, content: <DetailsPanel {...of} /> },
  ];
  return panels.filter((panel) => panel !== false);
}
