/** What every store must do. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assert, asyncProperty, array, integer, record } from "fast-check";
import type { Store, StoredEvent } from "../src/store/store.ts";

export interface OpenStore {
  readonly store: Store;
  /** The same database again, as another process would open it. */
  reopen(now?: () => number): Promise<Store>;
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
      expect(await tomorrow.remember(key, "other")).toEqual({ state: "new" });
      await tomorrow.close();
    });

    it("gives up the claim of a request that failed or died", async () => {
      const [failed, died] = [uid(), uid()];
      await store.remember(failed, "h");
      await store.settle(failed, undefined);
      expect(await store.remember(failed, "h2")).toEqual({ state: "new" });
      await store.remember(died, "h");
      const later = await opened.reopen(() => Date.now() + 3 * 60_000);
      expect(await later.remember(died, "h")).toEqual({ state: "new" });
      await later.close();
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
