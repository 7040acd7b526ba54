"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { UserBubble } from "../chat/user-message";
import { useThread } from "../thread/thread-context";
import { StartupCard } from "./startup-card";
import { startupOf } from "./startup-steps";

export function StartupView({ project, session }: { project: string; session: AgenticSession }) {
  const startup = startupOf(session);
  const isSaid = useThread((state) => state.entries.length > 0);
  if (startup === undefined) return null;
  const { initialPrompt } = session.spec;
  return (
    <div className="grid gap-4">
      {initialPrompt === undefined || isSaid ? null : <UserBubble>{initialPrompt}</UserBubble>}
      <StartupCard project={project} startup={startup} />
    </div>
  );
}
