"use client";
import { memo } from "react";
import { QuietGroup } from "../tools/quiet-group";
import { ToolCall } from "../tools/tool-call";
import { InterruptCard } from "../questions/interrupt-card";
import { useEntry } from "../thread/thread-context";
import type { Entry } from "../thread/thread-state";
import { toolFamily } from "../tools/tool-family";
import { ActivityView } from "./activity-view";
import { AgentText } from "./agent-text";
import { Reasoning } from "./reasoning";
import type { Row } from "./rows";
import { RunEnd } from "./run-end";
import { SubagentCard } from "./subagent-card";
import { UserMessage } from "./user-message";

export const RowView = memo(function RowView({ row }: { row: Row }) {
  const [position = -1] = row.positions;
  return row.isGroup ? <QuietGroup groupKey={row.key} positions={row.positions} /> : <EntryAt position={position} />;
});

function EntryAt({ position }: { position: number }) {
  const entry = useEntry(position);
  return entry === undefined || entry.hidden ? null : <EntryView entry={entry} />;
}

function EntryView({ entry }: { entry: Entry }) {
  switch (entry.kind) {
    case "user":
      return <UserMessage entry={entry} />;
    case "text":
      return <AgentText entry={entry} />;
    case "reasoning":
      return <Reasoning entry={entry} />;
    case "tool":
      // A question is shown by its own card, which comes with the end of the run.
      return toolFamily(entry.name) === "question" && !entry.isError ? null : <ToolCall entry={entry} />;
    case "subagent":
      return <SubagentCard entry={entry} />;
    case "activity":
      return <ActivityView entry={entry} />;
    case "interrupt":
      return <InterruptCard entry={entry} />;
    case "run-end":
      return <RunEnd entry={entry} />;
  }
}
