/** Serves a thread to one HTTP client: the writer, the watch on the session, and the thread, ended together. */
import type { FastifyReply } from "fastify";
import type { Caller } from "../identity/identity.ts";
import type { OpenStreams } from "../http/event-stream.ts";
import type { Session } from "../sessions/present.ts";
import type { Store } from "../store/store.ts";
import { translate } from "../errors/translate.ts";
import type { WatchBudget } from "../kubernetes/watch-budget.ts";
import type { Feeds } from "./feeds.ts";
import { SharedViews } from "./shared-views.ts";
import { streamThread, type FrameSink, type ThreadOptions } from "./thread.ts";

/** Bytes that a reader may leave unread before it is cut off. */
const BACKLOG = 1024 * 1024;
/** A reader that takes nothing for so long is gone, whatever its connection says. */
const STALL_MILLISECONDS = 60_000;

export interface StreamRequest {
  readonly caller: Caller;
  readonly project: string;
  readonly session: Session;
  readonly after: number | undefined;
  readonly reply: FastifyReply;
  /** Default: the whole thread, which does not end by itself. */
  readonly select?: ThreadOptions["select"];
  /** Resolves when there is nothing more to wait for; the signal fires when the stream has ended otherwise. */
  readonly over?: (closed: AbortSignal) => Promise<void>;
}

export class ThreadStreams {
  readonly #streams: OpenStreams;
  readonly #store: Store;
  readonly #feeds: Feeds;
  readonly #views: SharedViews;

  constructor(streams: OpenStreams, store: Store, feeds: Feeds, watches: WatchBudget) {
    this.#views = new SharedViews(watches);
    this.#streams = streams;
    this.#store = store;
    this.#feeds = feeds;
  }

  async serve({ caller, project, session, after, reply, select, over }: StreamRequest): Promise<void> {
    const { raw } = reply;
    // A refusal is a status: it comes before the head is written.
    const viewing = this.#views.attach(caller, project, session);
    const writer = this.#streams.open(reply, { frame: 4, backlogLimit: Number.POSITIVE_INFINITY });
    const sink: FrameSink = {
      closed: writer.closed,
      write: (text) => {
        // What was written before counts, so that one large event to an attentive reader is no backlog.
        if (raw.writableLength > BACKLOG) raw.destroy();
        else writer.sendFormatted(text);
      },
      drained: async () => {
        const stalled = setTimeout(() => raw.destroy(), STALL_MILLISECONDS);
        try {
          await writer.drained();
        } finally {
          clearTimeout(stalled);
        }
      },
    };
    writer.comment("open");
    const { identity } = caller;
    const thread = streamThread({
      store: this.#store,
      feeds: this.#feeds,
      identity,
      view: viewing.view,
      sink,
      after,
      ...(select === undefined ? {} : { select }),
    });
    try {
      await Promise.race([thread, viewing.ended, ...(over === undefined ? [] : [over(writer.closed)])]);
    } catch (error) {
      writer.comment(translate(error).code);
    } finally {
      viewing.release();
    }
    writer.end();
    await thread.catch(() => undefined);
  }
}
