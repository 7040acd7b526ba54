"use client";
/** All kinds of messages on one page: what the look is judged by, and what the screenshot tests compare. */
import { useMemo } from "react";
import { AppProviders } from "../shell/app-providers";
import { ChatProvider } from "../chat/chat-context";
import { RowRendererProvider } from "../chat/row-renderer";
import { RowView } from "../chat/row-view";
import { threadRows } from "../chat/rows";
import { WorkingLine } from "../chat/working-line";
import type { WireEvent } from "../thread/fields";
import { ThreadProvider, useThread, useThreadStore } from "../thread/thread-context";
import { createThreadStore } from "../thread/thread-store";
import { galleryEvents, liveEvents } from "./gallery-events";
import { GalleryParts } from "./gallery-parts";
import { ShownStream } from "./shown-stream";

export function Gallery() {
  return (
    <AppProviders nonce={undefined}>
      <ChatProvider
        value={{
          place: undefined,
          canBranch: false,
          me: "ada",
          canAct: "yes",
          answer: () => Promise.reject(new Error("The gallery has no agent to answer.")),
          compose: () => undefined,
        }}
      >
        <main className="mx-auto grid max-w-[768px] grid-cols-[minmax(0,1fr)] gap-4 px-6 py-8">
          <h1 className="text-xl font-semibold">Gallery</h1>
          <Conversation events={galleryEvents} />
          <hr className="border-line" />
          <Conversation events={liveEvents} />
          <hr className="border-line" />
          <GalleryParts />
          <ShownStream>{(events) => <Conversation events={events} />}</ShownStream>
        </main>
      </ChatProvider>
    </AppProviders>
  );
}

function Conversation({ events }: { events: () => WireEvent[] }) {
  const store = useMemo(() => {
    const created = createThreadStore({ requestFrame: (callback) => callback(), now: () => 0 });
    events().forEach((event, index) => created.receive(event, index + 1));
    return created;
  }, [events]);
  return (
    <ThreadProvider store={store}>
      <RowRendererProvider value={RowView}>
        <Rows />
      </RowRendererProvider>
    </ThreadProvider>
  );
}

function Rows() {
  const store = useThreadStore();
  const main = useThread((state) => state.main);
  const rows = useMemo(() => threadRows(store.getState().entries, main), [store, main]);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 [overflow-wrap:anywhere]">
      {rows.map((row) => (
        <RowView key={row.key} row={row} />
      ))}
      <WorkingLine />
    </div>
  );
}
