"use client";
/** Search in the conversation: the browser's own finds only the rows that are drawn. */
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import * as texts from "@/lib/texts";
import type { Row } from "../chat/rows";
import { useOpenAll, useThread, useThreadStore } from "../thread/thread-context";
import { useHighlightMatches } from "./highlight-matches";
import { type Hit, searchThread } from "./search-thread";

export interface SearchBarProps {
  rows: readonly Row[];
  content: RefObject<HTMLElement | null>;
  /** Raised each time the shortcut is pressed, so that it comes back to a bar that is open. */
  asked: number;
  onJump: (row: number) => void;
  onClose: () => void;
}

export function SearchBar({ rows, content, asked, onJump, onClose }: SearchBarProps) {
  const [query, setQuery] = useState("");
  const { hits, at, go } = useHits(rows, useDeferredValue(query), onJump);
  const input = useRef<HTMLInputElement>(null);
  useHighlightMatches(content, query);
  useEffect(() => input.current?.select(), [asked]);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const count =
    query.trim() === "" ? "" : hits.length === 0 ? texts.search.none : texts.search.position(at + 1, hits.length);
  return (
    <div
      role="search"
      className="absolute top-2 right-3 z-20 flex max-w-[calc(100%-24px)] animate-appear items-center gap-0.5 rounded-xl border border-line bg-pop py-1 pr-1 pl-3 shadow-float"
    >
      <input
        ref={input}
        autoFocus
        type="text"
        value={query}
        aria-label={texts.search.label}
        placeholder={texts.search.label}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={onKeyDown}
        className="w-52 min-w-0 bg-transparent py-1 text-sm placeholder:text-ink-3 focus:outline-none"
      />
      <span role="status" className="shrink-0 px-2 text-xs text-ink-3 tabular">
        {count}
      </span>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={texts.search.previous}
        disabled={hits.length === 0}
        onClick={() => go(-1)}
      >
        <ChevronUp aria-hidden className="size-4" />
      </Button>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={texts.search.next}
        disabled={hits.length === 0}
        onClick={() => go(1)}
      >
        <ChevronDown aria-hidden className="size-4" />
      </Button>
      <Button variant="ghost" size="icon-sm" aria-label={texts.search.close} onClick={onClose}>
        <X aria-hidden className="size-4" />
      </Button>
    </div>
  );
}

/** The hits, and the one that is looked at: the newest at first, as the reader comes from the end. */
function useHits(rows: readonly Row[], query: string, onJump: (row: number) => void) {
  const store = useThreadStore();
  // What streams in belongs to the search once its row is there; a search per delta would be felt.
  const length = useThread((state) => state.entries.length);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
  const hits = useMemo(() => searchThread(store.getState(), rows, query), [store, rows, query, length]);
  const [at, setAt] = useState(0);
  const openAll = useOpenAll();
  const show = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    openAll(hit.open);
    onJump(hit.row);
  };
  const former = useRef(query);
  useEffect(() => {
    if (former.current === query) return;
    former.current = query;
    setAt(Math.max(0, hits.length - 1));
    show(hits.at(-1));
  });
  const current = Math.min(at, Math.max(0, hits.length - 1));
  const go = (step: number) => {
    if (hits.length === 0) return;
    const next = (current + step + hits.length) % hits.length;
    setAt(next);
    show(hits[next]);
  };
  return { hits, at: current, go };
}
