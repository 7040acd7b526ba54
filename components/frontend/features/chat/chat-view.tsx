"use client";
/**
 * The conversation: only rows near the screen exist. The end stays in sight while it is in sight; a reader who scrolled
 * up stays where they are, and is told that there is more below.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import dynamic from "next/dynamic";
import { type ReactNode, useMemo, useRef } from "react";
import { Button } from "@/components/ui/button";
import * as texts from "@/lib/texts";
import { useSearchShortcut } from "../search/use-search-shortcut";
import { useThread, useThreadStore } from "../thread/thread-context";
import { ChatAnnouncer } from "./chat-announcer";
import { RowRendererProvider } from "./row-renderer";
import { RowView } from "./row-view";
import { threadRows } from "./rows";
import { useJump } from "./use-jump";
import { useStickToEnd } from "./use-stick-to-end";

/** Loaded when it is first opened. */
const loadSearchBar = () => import("../search/search-bar");
const SearchBar = dynamic(() => loadSearchBar().then((module) => module.SearchBar));

const ESTIMATED_ROW_PX = 72;

/** @param tail what stands below the last row: messages on their way, the sign that the agent works */
export function ChatView({ tail }: { tail: ReactNode }) {
  const store = useThreadStore();
  const main = useThread((state) => state.main);
  const rows = useMemo(() => threadRows(store.getState().entries, main), [store, main]);
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { isAtEnd, scrollToEnd, leaveEnd } = useStickToEnd(scroller, content);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATED_ROW_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 6,
    // Begins at the end: the first rows drawn are the newest.
    initialOffset: () => Number.MAX_SAFE_INTEGER,
  });
  const jump = useJump({ rows, virtualizer, leaveEnd });
  const search = useSearchShortcut(loadSearchBar);
  const items = virtualizer.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);

  return (
    <RowRendererProvider value={RowView}>
      <div className="relative min-h-0 flex-1">
        <div
          ref={scroller}
          tabIndex={0}
          role="region"
          aria-label={texts.chat.label}
          className="scroll-thin h-full overflow-x-hidden overflow-y-auto -outline-offset-2 [overflow-anchor:none]"
        >
          <div ref={content} className="pt-6 pb-2">
            {/*
             * Rows stand in the page's own flow between two spacers, so that a row that grows moves what is below it in
             * the same frame. The server draws none of this: the page's policy allows no style in its HTML.
             */}
            {first === undefined || last === undefined ? null : (
              <>
                <div style={{ height: first.start }} />
                {items.map((item) => {
                  const row = rows[item.index];
                  return row === undefined ? null : (
                    <div key={item.key} ref={virtualizer.measureElement} data-index={item.index}>
                      <Column isMarked={row.key === jump.marked}>
                        <RowView row={row} />
                      </Column>
                    </div>
                  );
                })}
                <div style={{ height: virtualizer.getTotalSize() - last.end }} />
              </>
            )}
            <Column>{tail}</Column>
          </div>
        </div>
        {isAtEnd ? null : (
          <Button
            size="sm"
            className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full bg-pop shadow-float hover:bg-pop"
            onClick={scrollToEnd}
          >
            <ArrowDown aria-hidden className="size-3.5" />
            {texts.chat.jumpToNewest}
          </Button>
        )}
        {search.asked === 0 ? null : (
          <SearchBar
            rows={rows}
            content={content}
            asked={search.asked}
            onJump={jump.to}
            onClose={() => {
              search.close();
              scroller.current?.focus({ preventScroll: true });
            }}
          />
        )}
        <ChatAnnouncer />
      </div>
    </RowRendererProvider>
  );
}

function Column({ children, isMarked = false }: { children: ReactNode; isMarked?: boolean }) {
  return (
    <div className="mx-auto max-w-[768px] px-4 pb-4 [overflow-wrap:anywhere] empty:pb-0 sm:px-6">
      {isMarked ? <div className="-m-2 animate-mark rounded-xl p-2">{children}</div> : children}
    </div>
  );
}
