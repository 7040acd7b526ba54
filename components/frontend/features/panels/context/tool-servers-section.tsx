"use client";
import { type AgenticSession, McpStatusAnswer } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { z } from "zod";
import { Badge, type BadgeTone } from "@/components/ui/badge";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf, request } from "@/lib/api/request";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { useThread } from "../../thread/thread-context";
import { PanelSection } from "../panel-section";

const words = texts.panels;
type Server = z.infer<typeof McpStatusAnswer>["items"][number];

/** Frameworks have words of their own; those that are known have a colour. */
const tones: Readonly<Record<string, BadgeTone>> = {
  connected: "ok",
  ready: "ok",
  failed: "bad",
  error: "bad",
  refused: "bad",
  "needs-auth": "warn",
};

export function ToolServersSection({ project, session }: { project: string; session: AgenticSession }) {
  const { name } = session.metadata;
  // Servers connect when a run begins.
  const runs = useThread((state) => state.runs.length);
  const { data, error } = useQuery({
    queryKey: queryKeys.sessionPart(project, name, "mcp", session.status?.phase ?? "", String(runs)),
    queryFn: ({ signal }) => request(McpStatusAnswer, `${api.session(project, name)}/mcp/status`, { signal }),
    placeholderData: (former) => former,
  });
  return (
    <PanelSection title={words.toolServers}>
      {error === null ? null : <Notice title={messageOf(error)} />}
      {data === undefined && error === null ? <Skeleton className="h-10" /> : null}
      {data?.items.length === 0 ? <p className="text-sm text-ink-2">{words.noToolServers}</p> : null}
      {data !== undefined && !data.live && data.items.length > 0 ? (
        <p className="text-xs text-ink-3">{words.lastKnown}</p>
      ) : null}
      <ul className="grid gap-2">
        {data?.items.map((server) => (
          <ServerRow key={server.name} server={server} />
        ))}
      </ul>
    </PanelSection>
  );
}

function ServerRow({ server }: { server: Server }) {
  const [isOpen, setOpen] = useState(false);
  const { tools } = server;
  return (
    <li className="rounded-xl border border-line bg-card">
      <button
        type="button"
        aria-expanded={isOpen}
        disabled={tools.length === 0}
        onClick={() => setOpen(!isOpen)}
        className="flex w-full items-center gap-2 rounded-xl px-3 py-2 text-left disabled:cursor-default"
      >
        <ChevronRight
          aria-hidden
          className={cn(
            "size-3.5 shrink-0 text-ink-3 transition-transform duration-100",
            isOpen && "rotate-90",
            tools.length === 0 && "invisible",
          )}
        />
        <span className="min-w-0 flex-1 truncate font-medium">{server.name}</span>
        <span className="text-xs text-ink-3">{tools.length === 0 ? "" : words.toolsOffered(tools.length)}</span>
        <Badge tone={tones[server.status.toLowerCase()] ?? "neutral"}>{server.status}</Badge>
      </button>
      {server.error === undefined ? null : <p className="px-3 pb-2 text-sm break-words text-bad">{server.error}</p>}
      {isOpen ? (
        <ul className="grid gap-1.5 border-t border-line px-3 py-2">
          {tools.map((tool) => (
            <li key={tool.name} className="text-sm">
              <span className="font-mono text-xs font-medium">{tool.name}</span>
              {tool.description === undefined ? null : (
                <span className="line-clamp-2 text-ink-2">{tool.description}</span>
              )}
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
}
