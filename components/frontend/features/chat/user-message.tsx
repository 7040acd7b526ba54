"use client";
import { FileText } from "lucide-react";
import type { ReactNode } from "react";
import { Time } from "@/components/ui/time";
import * as texts from "@/lib/texts";
import { listedFiles, writtenText } from "../composer/attachments";
import type { ContentPart } from "../thread/content";
import type { UserEntry } from "../thread/thread-state";
import { useChat } from "./chat-context";
import { MessageActions } from "./message-actions";
import { SentFiles } from "./sent-files";

export function UserMessage({ entry }: { entry: UserEntry }) {
  const { me } = useChat();
  const { sender } = entry;
  const isMine = sender === undefined || sender.userId === me;
  return (
    <UserBubble
      who={isMine ? undefined : (sender.displayName ?? sender.userId)}
      when={<Time at={entry.startedAt} />}
      actions={
        <MessageActions entryKey={entry.key} messageId={entry.id} text={writtenText(entry.parts)} isRated={false} />
      }
    >
      {entry.parts.map((part, index) => (
        <Part key={index} part={part} />
      ))}
    </UserBubble>
  );
}

export function UserBubble({
  who,
  when,
  actions,
  children,
}: {
  who?: string | undefined;
  when?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="group/message relative ml-auto flex max-w-[84%] flex-col items-end">
      <p className="mb-0.5 flex gap-2 px-1 text-xs text-ink-3">
        <span className={who === undefined ? "sr-only" : ""}>{who ?? texts.chat.you}</span>
        <span className="opacity-0 transition-opacity duration-100 group-hover/message:opacity-100">{when}</span>
      </p>
      <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-2 rounded-2xl rounded-br-md bg-accent-soft px-3.5 py-2 whitespace-pre-wrap [overflow-wrap:anywhere]">
        {children}
      </div>
      {actions === undefined ? null : (
        <div className="absolute right-full bottom-1 mr-1 opacity-0 transition-opacity duration-100 group-hover/message:opacity-100 focus-within:opacity-100 [@media(hover:none)]:hidden">
          {actions}
        </div>
      )}
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
