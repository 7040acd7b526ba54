/** What every store must do. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assert, asyncProperty, array, integer, record } from "fast-check";
import type { Store, StoredEvent } from "../src/store/store.ts";

export interface OpenStore {
  readonly store: Store;
  /** The same database again, as another process would open it. */
  reopen(now?: () => number): Promise<Store>;
  /** Takes the database back to its first layout, as a version before search and feedback left it. */
  age(): Promise<void>;
  close(): Promise<void>;
}

const range = (first: number, last: number): StoredEvent[] =>
  Array.from({ length: last - first + 1 }, (_, index) => ({
    seq: first + index,
    data: JSON.stringify({ type: "CUSTOM", name: "n", value: `${first + index} ü\u2028"` }),
  }));

/** `isAvailable`: whether this machine has what the store needs; without it the suite is skipped. */
export function storeSuite(name: string, isAvailable: boolean, open: () => Promise<OpenStore>): void {
  describe.runIf(isAvailable)(`the store on ${name}`, () => {
    let opened: OpenStore;
    let store: Store;
    let count = 0;
    const uid = (): string => `uid-${(count += 1)}-${crypto.randomUUID()}`;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    }, 60_000);

    afterAll(async () => opened?.close());

    it("takes events in order, each once", async () => {
      const id = uid();
      expect(await store.lastSeq(id)).toBe(0);
      expect(await store.append(id, range(1, 5))).toEqual({ lastSeq: 5, gap: false });
      expect(await store.append(id, range(3, 8))).toEqual({ lastSeq: 8, gap: false });
      expect(await store.append(id, range(2, 4))).toEqual({ lastSeq: 8, gap: false });
      expect(await store.append(id, range(10, 11))).toEqual({ lastSeq: 8, gap: true });
      expect(await store.append(id, [])).toEqual({ lastSeq: 8, gap: false });
      expect(await store.read(id, 0, 100)).toEqual(range(1, 8));
    });

    it("keeps what was first written under a number", async () => {
      const id = uid();
      await store.append(id, range(1, 2));
      await store.append(id, [{ seq: 1, data: '"changed"' }, ...range(2, 3)]);
      expect(await store.read(id, 0, 100)).toEqual(range(1, 3));
    });

    it("reads pages forwards and backwards", async () => {
      const id = uid();
      await store.append(id, range(1, 10));
      expect(await store.read(id, 4, 3)).toEqual(range(5, 7));
      expect(await store.readBefore(id, 8, 3)).toEqual(range(5, 7));
      expect(await store.readBefore(id, 2, 3)).toEqual(range(1, 1));
      expect(await store.read(id, 10, 3)).toEqual([]);
    });

    it("keeps sessions apart, and forgets one alone", async () => {
      const [one, two] = [uid(), uid()];
      await store.append(one, range(1, 3));
      await store.append(two, range(1, 4));
      await store.putSnapshot(one, "diff", { contentType: "application/json", body: Buffer.from("[]") });
      await store.forget(one);
      expect(await store.lastSeq(one)).toBe(0);
      expect(await store.getSnapshot(one, "diff")).toBeUndefined();
      expect(await store.read(two, 0, 100)).toEqual(range(1, 4));
      expect(await store.append(one, range(1, 1))).toEqual({ lastSeq: 1, gap: false });
    });

    it("never doubles or drops an event, however batches overlap and interleave", async () => {
      const batch = record({ from: integer({ min: 1, max: 30 }), length: integer({ min: 1, max: 12 }) });
      await assert(
        asyncProperty(array(batch, { maxLength: 20 }), async (batches) => {
          const id = uid();
          const results = await Promise.all(
            batches.map(({ from, length }) => store.append(id, range(from, from + length - 1))),
          );
          const last = await store.lastSeq(id);
          expect(await store.read(id, 0, 1000)).toEqual(last === 0 ? [] : range(1, last));
          expect(Math.max(0, ...results.map((result) => result.lastSeq))).toBe(last);
        }),
        { numRuns: 30 },
      );
    });

    it("has what it confirmed after it is opened again", async () => {
      const id = uid();
      await store.append(id, range(1, 3));
      const again = await opened.reopen();
      expect(await again.lastSeq(id)).toBe(3);
      await again.append(id, range(4, 4));
      await again.close();
      expect(await store.read(id, 0, 10)).toEqual(range(1, 4));
    });

    const texts = (first: number, ...events: Record<string, unknown>[]): StoredEvent[] =>
      events.map((event, index) => ({ seq: first + index, data: JSON.stringify(event) }));
    const start = (messageId: string) => ({ type: "TEXT_MESSAGE_START", messageId, role: "assistant" });
    const delta = (messageId: string, text: string) => ({ type: "TEXT_MESSAGE_CONTENT", messageId, delta: text });
    const end = (messageId: string) => ({ type: "TEXT_MESSAGE_END", messageId });
    const asked = (id: string, content: unknown) => ({
      type: "RUN_STARTED",
      runId: "r",
      threadId: "t",
      input: { messages: [{ id, role: "user", content }] },
    });

    it("finds what was said, over deltas and batches, in any case", async () => {
      const [one, two] = [uid(), uid()];
      const word = `Straße-${crypto.randomUUID()}`;
      await store.append(one, texts(1, asked("u1", "Where is it?"), start("a1"), delta("a1", "It is in the Stra")));
      expect(await store.messages.find(one, "IS it", 10)).toMatchObject([{ messageId: "u1", role: "user", seq: 1 }]);
      await store.append(one, texts(4, delta("a1", "ße 100%_"), delta("a1", ` ${word}`)));
      expect(await store.messages.sessionsWith(word, [one, two])).toEqual(new Set());
      await store.append(one, texts(6, end("a1")));
      await store.append(two, texts(1, asked("u1", [{ type: "text", text: `THE ${word.toUpperCase()}` }])));
      for (const needle of [word, word.toLowerCase(), "ße 100%_ straße"]) {
        expect([needle, await store.messages.find(one, needle, 10)]).toEqual([
          needle,
          [{ seq: 2, messageId: "a1", role: "assistant", text: `It is in the Straße 100%_ ${word}` }],
        ]);
      }
      const hex = word.slice(7);
      expect(await store.messages.sessionsWith(hex, [one, two])).toEqual(new Set([one, two]));
      expect(await store.messages.sessionsWith(hex, [two])).toEqual(new Set([two]));
      for (const needle of ["100__", "it%in", '"', "a\u0000b", "' OR 1=1 --", "it AND is"]) {
        expect([needle, await store.messages.find(one, needle, 10)]).toEqual([needle, []]);
        expect([needle, await store.messages.sessionsWith(needle, [one])]).toEqual([needle, new Set()]);
      }
      await store.forget(one);
      expect(await store.messages.sessionsWith(hex, [one, two])).toEqual(new Set([two]));
      expect(await store.messages.find(one, "it", 10)).toEqual([]);
    });

    it("finds a message that nobody ended once its run is over, and one that goes on after that", async () => {
      const id = uid();
      await store.append(id, texts(1, start("a"), delta("a", "cut \u0000 short"), { type: "RUN_ERROR", message: "x" }));
      expect(await store.messages.find(id, "CUT", 10)).toMatchObject([{ seq: 1, messageId: "a" }]);
      await store.append(id, texts(4, delta("a", " and long")));
      expect(await store.messages.find(id, "short and long", 10)).toHaveLength(1);
      expect(await store.messages.sessionsWith("short and long", [id])).toEqual(new Set([id]));
    });

    it("takes what cannot be searched", async () => {
      const id = uid();
      const odd = texts(
        1,
        asked("x".repeat(5000), "long name"),
        asked("u\u0000", "nul"),
        { type: "TEXT_MESSAGE_START", messageId: 5, role: "nobody" },
        { type: "TEXT_MESSAGE_START", messageId: "odd", role: "nobody\u0000" },
        delta("odd", "\ud800 lone"),
        { type: "MESSAGES_SNAPSHOT", messages: "no list" },
        end("odd"),
      );
      expect(await store.append(id, odd)).toEqual({ lastSeq: 7, gap: false });
      expect(await store.read(id, 0, 10)).toEqual(odd);
      expect(await store.messages.find(id, "lone", 10)).toMatchObject([{ role: "assistant" }]);
    });

    it("keeps one word of each user on each message", async () => {
      const [one, two] = [uid(), uid()];
      const word = (userId: string, messageId: string, second: number) => ({
        messageId,
        metaType: "thumbs_up" as const,
        userId,
        createdAt: `2026-01-01T00:00:0${second}.000Z`,
      });
      await store.feedback.put(one, word("olga", "m1", 1));
      await store.feedback.put(one, word("vic", "m1", 2));
      await store.feedback.put(two, word("olga", "m1", 3));
      const changed = { ...word("olga", "m1", 4), metaType: "thumbs_down" as const, comment: "no \u0000 ü" };
      await store.feedback.put(one, changed);
      expect(await store.feedback.list(one)).toEqual([word("vic", "m1", 2), changed]);
      expect(await store.feedback.remove(one, "vic", "m1")).toBe(true);
      expect(await store.feedback.remove(one, "vic", "m1")).toBe(false);
      await store.forget(one);
      expect(await store.feedback.list(one)).toEqual([]);
      expect(await store.feedback.list(two)).toHaveLength(1);
    });

    it("lets go of sessions that ended long ago, never of one that lives again", async () => {
      const [ended, recent, again, live] = [uid(), uid(), uid(), uid()];
      for (const id of [ended, recent, again, live]) await store.append(id, range(1, 2));
      await store.noteEnd(ended, 100);
      await store.noteEnd(recent, 5_000);
      await store.noteEnd(again, 100);
      expect(await store.endedBefore(1_000, 10)).toEqual(expect.arrayContaining([ended, again]));
      await store.append(again, range(3, 3));
      expect(await store.endedBefore(1_000, 10)).toEqual([ended]);
      await store.noteEnd(recent, undefined);
      expect(await store.endedBefore(10_000, 10)).toEqual([ended]);
      expect(await store.expire(again, 1_000)).toBe(false);
      expect(await store.expire(live, 1_000)).toBe(false);
      expect(await store.expire(ended, 1_000)).toBe(true);
      expect(await store.lastSeq(ended)).toBe(0);
      for (const id of [recent, again, live]) expect(await store.lastSeq(id)).toBeGreaterThan(0);
    });

    it("counts a session of which nobody saw the end from its last sign of life", async () => {
      const [silent, idle, seen] = [uid(), uid(), uid()];
      for (const id of [silent, idle, seen]) await store.append(id, range(1, 1));
      const later = Date.now() + 50_000;
      const afterwards = await opened.reopen(() => later);
      await afterwards.noteEnd(idle, undefined);
      await afterwards.noteEnd(seen, later);
      expect(await afterwards.endedBefore(later - 10_000, 1000)).toContain(silent);
      for (const id of [idle, seen]) expect(await afterwards.endedBefore(later - 10_000, 1000)).not.toContain(id);
      expect(await afterwards.expire(idle, later - 10_000)).toBe(false);
      expect(await afterwards.expire(silent, later - 10_000)).toBe(true);
      expect(await afterwards.lastSeq(silent)).toBe(0);
      expect(await afterwards.endedBefore(later - 10_000, 1000)).not.toContain(silent);
      await afterwards.close();
    });

    it("brings a database of the first version forward, and finds what it held", async () => {
      const id = uid();
      await store.append(id, [...texts(1, asked("u1", "before the search")), ...range(2, 1500)]);
      await opened.age();
      const again = await opened.reopen();
      expect(await again.messages.find(id, "BEFORE the", 10)).toMatchObject([{ messageId: "u1" }]);
      expect(await again.messages.sessionsWith("the search", [id])).toEqual(new Set([id]));
      expect(await again.read(id, 1499, 10)).toHaveLength(1);
      await again.feedback.put(id, { messageId: "m", metaType: "thumbs_up", userId: "u", createdAt: "x" });
      await again.close();
    });

    it("keeps bytes as they are", async () => {
      const id = uid();
      const body = Buffer.from([0, 1, 2, 255, 0]);
      await store.putSnapshot(id, "artifacts", { contentType: "application/gzip", body: Buffer.from("old") });
      await store.putSnapshot(id, "artifacts", { contentType: "application/gzip", body });
      const kept = await store.getSnapshot(id, "artifacts");
      expect(kept?.body.equals(body)).toBe(true);
      expect(kept?.contentType).toBe("application/gzip");
    });

    it("lets one request claim a key, and remembers its answer for a day", async () => {
      const key = uid();
      const answer = { status: 201, location: "/x", body: '{"a":1}' };
      const claims = await Promise.all([store.remember(key, "h"), store.remember(key, "h"), store.remember(key, "h")]);
      expect(claims.map((claim) => claim.state).toSorted()).toEqual(["new", "pending", "pending"]);
      await store.settle(key, answer);
      expect(await store.remember(key, "h")).toEqual({ state: "done", answer });
      expect(await store.remember(key, "other")).toEqual({ state: "other-request" });
      const tomorrow = await opened.reopen(() => Date.now() + 25 * 3_600_000);
      expect(await tomorrow.remember(key, "other")).toMatchObject({ state: "new" });
      await tomorrow.close();
    });

    it("gives up the claim of a request that failed or died", async () => {
      const [failed, died] = [uid(), uid()];
      await store.remember(failed, "h");
      await store.settle(failed, undefined);
      expect(await store.remember(failed, "h2")).toMatchObject({ state: "new" });
      await store.remember(died, "h");
      const later = await opened.reopen(() => Date.now() + 3 * 60_000);
      expect(await later.remember(died, "h")).toMatchObject({ state: "new" });
      await later.close();
    });

    it("tells who takes a claim over when the same request was first made", async () => {
      const key = uid();
      const first = await store.remember(key, "h");
      expect(first).toMatchObject({ state: "new" });
      const soon = await opened.reopen(() => Date.now() + 20_000);
      expect(await soon.remember(key, "h")).toEqual({ state: "pending" });
      expect(await soon.remember(key, "h", 10_000)).toEqual(first);
      await soon.settle(key, undefined);
      expect(await soon.remember(key, "h")).toEqual(first);
      await soon.settle(key, undefined);
      const other = await soon.remember(key, "other");
      expect(other).toMatchObject({ state: "new" });
      expect(other).not.toEqual(first);
      await soon.settle(key, { status: 200, location: undefined, body: "1" });
      await soon.settle(key, undefined);
      expect(await soon.remember(key, "other")).toMatchObject({ state: "done" });
      await soon.close();
    });

    it("notes the use and the end of keys", async () => {
      const user = uid();
      await store.noteKey(user, { expiresAt: 5 });
      await store.noteKey(user, { lastUsedAt: 7 });
      expect((await store.getKeys([user, "nobody"])).get(user)).toEqual({ lastUsedAt: 7, expiresAt: 5 });
      await store.forgetKey(user);
      expect((await store.getKeys([user])).size).toBe(0);
    });
  });
}
