"use client";
import { FileText } from "lucide-react";
import type { ReactNode } from "react";
import { Time } from "@/components/ui/time";
import { texts } from "@/lib/texts";
import { listedFiles } from "../composer/attachments";
import type { ContentPart } from "../thread/content";
import type { UserEntry } from "../thread/thread-state";
import { useChat } from "./chat-context";
import { SentFiles } from "./sent-files";

export function UserMessage({ entry }: { entry: UserEntry }) {
  const { me } = useChat();
  const { sender } = entry;
  const isMine = sender === undefined || sender.userId === me;
  return (
    <UserBubble who={isMine ? undefined : (sender.displayName ?? sender.userId)} when={<Time at={entry.startedAt} />}>
      {entry.parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </UserBubble>
  );
}

export function UserBubble({
  who,
  when,
  children,
}: {
  who?: string | undefined;
  when?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="group ml-auto flex max-w-[84%] flex-col items-end">
      <p className="mb-0.5 flex gap-2 px-1 text-xs text-ink-3">
        <span className={who === undefined ? "sr-only" : ""}>{who ?? texts.chat.you}</span>
        <span className="opacity-0 transition-opacity duration-100 group-hover:opacity-100">{when}</span>
      </p>
      <div className="grid min-w-0 gap-2 rounded-2xl rounded-br-md bg-accent-soft px-3.5 py-2 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {children}
      </div>
    </div>
  );
}

function Part({ part }: { part: ContentPart }) {
  switch (part.type) {
    case "text": {
      const files = listedFiles(part.text);
      return files === undefined ? <p>{part.text}</p> : <SentFiles paths={files} />;
    }
    case "image":
      // eslint-disable-next-line @next/next/no-img-element -- inline data
      return <img src={part.source} alt={part.name ?? ""} className="max-h-80 max-w-full rounded-lg" />;
    case "file":
      return (
        <p className="flex items-center gap-2 text-sm text-ink-2">
          <FileText aria-hidden className="size-4 shrink-0" />
          {part.name}
        </p>
      );
  }
}
