"use client";
import { useEntry } from "../thread/thread-context";
import { SubagentCard } from "../chat/subagent-card";

export function ToolSubagents({ positions }: { positions: readonly number[] }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 border-t border-line p-3">
      {positions.map((position) => (
        <SubagentAt key={position} position={position} />
      ))}
    </div>
  );
}

function SubagentAt({ position }: { position: number }) {
  const entry = useEntry(position);
  return entry?.kind === "subagent" ? <SubagentCard entry={entry} /> : null;
}
