"use client";
/** What the agent says. Below the last words of a run stands what can be done with them; for others it comes on demand. */
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { Markdown } from "../markdown/markdown";
import { useThread } from "../thread/thread-context";
import type { TextEntry } from "../thread/thread-state";
import { isLastWords } from "./last-words";
import { MessageActions } from "./message-actions";
import { UserBubble } from "./user-message";

export function AgentText({ entry }: { entry: TextEntry }) {
  if (entry.text.trim() === "") return null;
  if (entry.role === "user") return <UserBubble>{entry.text}</UserBubble>;
  if (entry.role !== "assistant") return <p className="text-sm whitespace-pre-wrap text-ink-3">{entry.text}</p>;
  return <AssistantText entry={entry} />;
}

function AssistantText({ entry }: { entry: TextEntry }) {
  const isLast = useThread((state) => isLastWords(state, entry));
  return (
    <div className="group/message relative">
      <span className="sr-only">{texts.chat.agent}</span>
      <Markdown text={entry.text} />
      {entry.isStreaming ? null : (
        <MessageActions
          entryKey={entry.key}
          messageId={entry.id}
          text={entry.text}
          isRated
          className={cn(
            isLast
              ? "mt-1.5 -ml-1.5"
              : "absolute right-0 bottom-full z-10 -mb-3 rounded-lg border border-line bg-pop opacity-0 shadow-float transition-opacity duration-100 group-hover/message:opacity-100 focus-within:opacity-100 [@media(hover:none)]:hidden",
          )}
        />
      )}
    </div>
  );
}
