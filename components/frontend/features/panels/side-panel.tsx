"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { X } from "lucide-react";
import { Tabs } from "radix-ui";
import { Button } from "@/components/ui/button";
import { texts } from "@/lib/texts";
import { ChangesPanel } from "./changes-panel";
import { DetailsPanel } from "./details-panel";
import { FilesPanel } from "./files-panel";
import { TimelinePanel } from "./timeline-panel";
import { useCapabilities } from "./use-capabilities";

interface SidePanelProps {
  project: string;
  session: AgenticSession;
  onClose: () => void;
}

export function SidePanel({ project, session, onClose }: SidePanelProps) {
  const capabilities = useCapabilities(project, session);
  const hasFiles = capabilities?.fileSystem === true;
  const hasRepositories = (session.spec.repos ?? []).length > 0;
  const tabs = [
    ...(hasRepositories
      ? [{ id: "changes", label: texts.panels.changes, content: <ChangesPanel project={project} session={session} /> }]
      : []),
    ...(hasFiles
      ? [{ id: "files", label: texts.panels.files, content: <FilesPanel project={project} session={session} /> }]
      : []),
    { id: "timeline", label: texts.panels.timeline, content: <TimelinePanel /> },
    { id: "details", label: texts.panels.details, content: <DetailsPanel project={project} session={session} /> },
  ];
  return (
    <aside
      aria-label={texts.session.panel}
      className="fixed inset-0 z-30 flex min-h-0 flex-col bg-panel md:static md:z-auto md:w-[min(456px,42vw)] md:border-l md:border-line"
    >
      <Tabs.Root defaultValue={tabs[0]?.id} className="flex min-h-0 flex-1 flex-col">
        <div className="flex h-13 items-end gap-1 border-b border-line px-3">
          <Tabs.List aria-label={texts.session.panel} className="flex min-w-0 flex-1 gap-0.5 overflow-x-auto">
            {tabs.map((tab) => (
              <Tabs.Trigger
                key={tab.id}
                value={tab.id}
                className="-mb-px border-b-2 border-transparent px-2.5 pt-1.5 pb-2.5 text-ink-2 hover:text-ink data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
              >
                {tab.label}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <Button variant="ghost" size="icon-sm" aria-label={texts.common.close} onClick={onClose} className="mb-2">
            <X aria-hidden className="size-4" />
          </Button>
        </div>
        {tabs.map((tab) => (
          <Tabs.Content
            key={tab.id}
            value={tab.id}
            tabIndex={-1}
            className="scroll-thin min-h-0 flex-1 overflow-y-auto focus-visible:outline-none"
          >
            {tab.content}
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </aside>
  );
}
