"use client";
import { CopyButton } from "@/components/ui/copy-button";
import { texts } from "@/lib/texts";
import { Markdown } from "../markdown/markdown";
import type { TextEntry } from "../thread/thread-state";
import { UserBubble } from "./user-message";

export function AgentText({ entry }: { entry: TextEntry }) {
  if (entry.text.trim() === "") return null;
  if (entry.role === "user") return <UserBubble>{entry.text}</UserBubble>;
  if (entry.role !== "assistant") return <p className="text-sm whitespace-pre-wrap text-ink-3">{entry.text}</p>;
  return (
    <div className="group relative">
      <span className="sr-only">{texts.chat.agent}</span>
      <Markdown text={entry.text} />
      {entry.isStreaming ? null : (
        <CopyButton
          text={entry.text}
          label={texts.chat.copyMessage}
          className="absolute top-full right-0 -mt-1 opacity-0 transition-opacity duration-100 group-hover:opacity-100 focus-visible:opacity-100"
        />
      )}
    </div>
  );
}
