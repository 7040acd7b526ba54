"use client";
/**
 * The conversation: only rows near the screen exist. The end stays in sight while it is in sight; a reader who scrolled
 * up stays where they are, and is told that there is more below.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { texts } from "@/lib/texts";
import { useThread, useThreadStore } from "../thread/thread-context";
import { ChatAnnouncer } from "./chat-announcer";
import { RowRendererProvider } from "./row-renderer";
import { RowView } from "./row-view";
import { threadRows } from "./rows";

/** Closer to the end than this, the reader is "at the end". */
const END_THRESHOLD_PX = 90;

/** @param tail what stands below the last row: messages on their way, the sign that the agent works */
export function ChatView({ tail, empty }: { tail: ReactNode; empty?: ReactNode }) {
  const store = useThreadStore();
  const main = useThread((state) => state.main);
  const rows = useMemo(() => threadRows(store.getState().entries, main), [store, main]);
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);

  const virtualizer = useVirtualizer({
    count: rows.length + 1,
    getScrollElement: () => scroller.current,
    estimateSize: () => 72,
    getItemKey: (index) => rows[index]?.key ?? "tail",
    overscan: 6,
    paddingStart: 24,
    paddingEnd: 12,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: END_THRESHOLD_PX,
    onChange: (instance) => setAtEnd(instance.isAtEnd(END_THRESHOLD_PX)),
  });

  const items = virtualizer.getVirtualItems();

  useEffect(() => virtualizer.scrollToEnd(), [virtualizer]);

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
          {/* The server draws no rows, so that no style attribute is in its HTML: the page's policy allows none. */}
          <div
            className="relative w-full"
            {...(items.length === 0 ? {} : { style: { height: virtualizer.getTotalSize() } })}
          >
            {rows.length === 0 ? empty : null}
            {items.map((item) => {
              const row = rows[item.index];
              return (
                <Placed key={item.key} index={item.index} start={item.start} measure={virtualizer.measureElement}>
                  {row === undefined ? tail : <RowView row={row} />}
                </Placed>
              );
            })}
          </div>
        </div>
        {isAtEnd ? null : (
          <Button
            size="sm"
            className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full bg-pop shadow-float hover:bg-pop"
            onClick={() => virtualizer.scrollToEnd()}
          >
            <ArrowDown aria-hidden className="size-3.5" />
            {texts.chat.jumpToNewest}
          </Button>
        )}
        <ChatAnnouncer />
      </div>
    </RowRendererProvider>
  );
}

interface PlacedProps {
  index: number;
  start: number;
  measure: (element: HTMLDivElement | null) => void;
  children: ReactNode;
}

function Placed({ index, start, measure, children }: PlacedProps) {
  return (
    <div
      ref={measure}
      data-index={index}
      style={{ transform: `translateY(${start}px)` }}
      className="absolute inset-x-0 top-0"
    >
      <div className="mx-auto max-w-[768px] px-4 pb-4 sm:px-6 empty:pb-0">{children}</div>
    </div>
  );
}
