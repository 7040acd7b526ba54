/** Stands where the backend's transcript store is: accepts each number once and in order, and can fail in several ways. */
import type { SequencedEvent } from "@pilothouse/agui";
import { json, serve } from "./http.ts";

export class TranscriptStore {
  readonly #events = new Map<string, SequencedEvent[]>();
  readonly #archives = new Map<string, Buffer>();
  readonly tokens = new Set<string>();
  url = "";
  /** The status that every request gets instead; undefined = work. */
  failWith: number | undefined;
  requests = 0;
  #close: () => Promise<void> = async () => undefined;

  static async start(): Promise<TranscriptStore> {
    const store = new TranscriptStore();
    const served = await serve((request, body, response) => {
      store.requests++;
      if (store.failWith !== undefined) return json(response, store.failWith, { error: "down", code: "DOWN" });
      store.tokens.add(request.headers.authorization ?? "");
      const [, , , uid = "", part, kind = ""] = (request.url ?? "").split("/");
      if (part === "archive") {
        store.#archives.set(`${uid}/${kind}`, body);
        return json(response, 200, {});
      }
      if (request.method === "GET") return json(response, 200, { lastSeq: store.lastSeq(uid) });
      const accepted = store.append(uid, JSON.parse(body.toString("utf8")) as SequencedEvent[]);
      return json(response, accepted ? 200 : 409, { lastSeq: store.lastSeq(uid) });
    });
    store.url = served.url;
    store.#close = async () => served.close();
    return store;
  }

  append(uid: string, events: readonly SequencedEvent[]): boolean {
    const known = this.#events.get(uid) ?? [];
    this.#events.set(uid, known);
    for (const entry of events) {
      const last = known.at(-1)?.seq ?? 0;
      if (entry.seq <= last) continue;
      if (entry.seq !== last + 1) return false;
      known.push(entry);
    }
    return true;
  }

  events(uid: string): readonly SequencedEvent[] {
    return this.#events.get(uid) ?? [];
  }

  lastSeq(uid: string): number {
    return this.events(uid).at(-1)?.seq ?? 0;
  }

  /** As if the store had been restored from an old copy. */
  forgetAfter(uid: string, seq: number): void {
    this.#events.set(
      uid,
      this.events(uid).filter((entry) => entry.seq <= seq),
    );
  }

  archive(uid: string, kind: string): Buffer | undefined {
    return this.#archives.get(`${uid}/${kind}`);
  }

  async stop(): Promise<void> {
    await this.#close();
  }
}
