"use client";
/** Completion in the message: what to offer at the caret, and the keys that choose from it. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import { queryKeys } from "@/lib/api/query-keys";
import { bestMatches, complete, type Trigger, triggerAt } from "./completion";

export interface CompletionSource {
  readonly project: string;
  readonly session: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  /** Folder that paths are relative to; undefined when the agent has no files, or none can be listed now. */
  readonly folder: string | undefined;
}

export interface CompletionItem {
  readonly value: string;
  readonly description: string;
  readonly isFolder: boolean;
}

const LIMIT = 50;

export function useCompletion(
  { project, session, commands, folder }: CompletionSource,
  text: string,
  onComplete: (text: string, caret: number) => void,
) {
  const [caret, setCaret] = useState<number>();
  const [closedAt, setClosedAt] = useState<number>();
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const trigger = useMemo(() => (caret === undefined ? undefined : triggerAt(text, caret)), [text, caret]);
  const asksForFiles = trigger?.kind === "file" && folder !== undefined;
  const { data: paths, isPending } = useQuery({
    queryKey: queryKeys.sessionPart(project, session, "paths", folder ?? ""),
    queryFn: async ({ signal }) =>
      (await import("./workspace-files")).workspacePaths(project, session, folder ?? "", signal),
    enabled: asksForFiles,
    staleTime: 20_000,
  });
  const items = useMemo(
    () => itemsFor(trigger, commands, asksForFiles ? paths : undefined),
    [trigger, commands, asksForFiles, paths],
  );
  const isOpen = trigger !== undefined && trigger.from !== closedAt && items.length > 0;
  const index = Math.min(chosen, items.length - 1);

  function choose(item: CompletionItem | undefined): void {
    if (trigger === undefined || item === undefined) return;
    const result = complete(text, trigger, item.value, item.isFolder);
    setChosen(0);
    setCaret(result.caret);
    onComplete(result.text, result.caret);
  }

  /** @returns whether the key was for the list */
  function onKeyDown(event: KeyboardEvent): boolean {
    if (!isOpen || event.nativeEvent.isComposing) return false;
    switch (event.key) {
      case "ArrowDown":
        setChosen((index + 1) % items.length);
        return true;
      case "ArrowUp":
        setChosen((index - 1 + items.length) % items.length);
        return true;
      case "Enter":
      case "Tab":
        if (event.shiftKey) return false;
        // A command that is written out is sent by Enter, like any message.
        if (event.key === "Enter" && trigger.kind === "command" && items[index]?.value === trigger.query) return false;
        choose(items[index]);
        return true;
      case "Escape":
        setClosedAt(trigger.from);
        return true;
      default:
        return false;
    }
  }

  return {
    isOpen,
    isLoading: asksForFiles && isPending && trigger.from !== closedAt,
    items,
    index,
    listId,
    kind: trigger?.kind,
    choose,
    onKeyDown,
    /** Tells where the caret is, after each change and move of it. */
    onCaret(next: number): void {
      setCaret(next);
      setChosen(0);
      const at = triggerAt(text, next)?.from;
      if (at !== closedAt) setClosedAt(undefined);
    },
    onBlur: () => setCaret(undefined),
  };
}

function itemsFor(
  trigger: Trigger | undefined,
  commands: CompletionSource["commands"],
  paths: readonly string[] | undefined,
): readonly CompletionItem[] {
  if (trigger === undefined) return [];
  if (trigger.kind === "command")
    return bestMatches(commands, (command) => command.name, trigger.query, LIMIT).map(({ name, description }) => ({
      value: name,
      description,
      isFolder: false,
    }));
  return bestMatches(paths ?? [], (path) => path, trigger.query, LIMIT).map((value) => ({
    value,
    description: "",
    isFolder: value.endsWith("/"),
  }));
}
