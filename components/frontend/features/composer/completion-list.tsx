"use client";
/** The list above the message: commands with what they do, or files of the workspace. */
import { File, Folder, Slash } from "lucide-react";
import { useEffect, useRef } from "react";
import { Spinner } from "@/components/ui/spinner";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import type { CompletionItem, useCompletion } from "./use-completion";

export const optionId = (listId: string, index: number): string => `${listId}-${index}`;

export function CompletionList({ completion }: { completion: ReturnType<typeof useCompletion> }) {
  const { isOpen, isLoading, items, index, listId, kind, choose } = completion;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [index, items]);
  return (
    <>
      <span role="status" className="sr-only">
        {isOpen ? texts.complete.count(items.length, kind === "command") : ""}
      </span>
      {isLoading && !isOpen ? (
        <p className="absolute inset-x-0 bottom-full z-20 mb-2 flex items-center gap-2 rounded-xl border border-line bg-pop px-3 py-2 text-sm text-ink-2 shadow-float">
          <Spinner className="size-3.5" />
          {texts.complete.loading}
        </p>
      ) : null}
      {isOpen ? (
        <div
          ref={list}
          id={listId}
          role="listbox"
          aria-label={kind === "command" ? texts.complete.commands : texts.complete.files}
          className="scroll-thin absolute inset-x-0 bottom-full z-20 mb-2 max-h-64 animate-appear overflow-y-auto rounded-xl border border-line bg-pop p-1 shadow-float"
        >
          {items.map((item, position) => (
            <div
              key={item.value}
              id={optionId(listId, position)}
              role="option"
              aria-selected={position === index}
              // Pressing must not take the focus out of the message.
              onPointerDown={(event) => {
                event.preventDefault();
                choose(item);
              }}
              className={cn(
                "flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm",
                position === index && "bg-hover",
              )}
            >
              <Glyph item={item} kind={kind} />
              <span className={cn("min-w-0 shrink-0 truncate", kind === "file" && "shrink font-mono text-xs")}>
                {kind === "file" ? <Path path={item.value} /> : item.value}
              </span>
              {item.description === "" ? null : (
                <span className="min-w-0 flex-1 truncate text-ink-3" title={item.description}>
                  {item.description}
                </span>
              )}
            </div>
          ))}
        </div>
      ) : null}
    </>
  );
}

function Glyph({ item, kind }: { item: CompletionItem; kind: "command" | "file" | undefined }) {
  const Icon = kind === "command" ? Slash : item.isFolder ? Folder : File;
  return <Icon aria-hidden className={cn("size-3.5 shrink-0", item.isFolder ? "text-accent" : "text-ink-3")} />;
}

/** The file's name stands out from the folders before it. */
function Path({ path }: { path: string }) {
  const at = path.lastIndexOf("/", path.length - 2) + 1;
  return (
    <>
      <span className="text-ink-3">{path.slice(0, at)}</span>
      {path.slice(at)}
    </>
  );
}
