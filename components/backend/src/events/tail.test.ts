import { describe, expect, it } from "vitest";
import { Tail } from "./tail.ts";

async function* bytes(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield new TextEncoder().encode(part);
}

describe("the live end of a session", () => {
  it("gives readers at one position the same text, made once", async () => {
    const tail = new Tail(0);
    await tail.consume(bytes("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"));
    const [one, other, later] = [tail.take(0), tail.take(0), tail.take(1)];
    expect(one).toMatchObject({ type: "frames", text: "id: 1\ndata: a\n\nid: 2\ndata: b\n\n" });
    expect(other.type === "frames" && one.type === "frames" && other.frames === one.frames).toBe(true);
    expect(later).toMatchObject({ text: "id: 2\ndata: b\n\n" });
    expect([tail.take(2), tail.take(9)]).toEqual([{ type: "none" }, { type: "none" }]);
  });

  it("tells those who listen, and no longer those who stopped", async () => {
    const tail = new Tail(0);
    let [kept, stopped] = [0, 0];
    tail.onAdvance(() => (kept += 1));
    tail.onAdvance(() => (stopped += 1))();
    await tail.consume(bytes("id: 1\ndata: a\n\n"));
    expect(kept).toBeGreaterThan(0);
    expect(stopped).toBe(0);
    expect(tail.ended).toBe(true);
  });

  it("tells a reader who is before a hole to look elsewhere", async () => {
    const tail = new Tail(0);
    await tail.consume(bytes("id: 1\ndata: a\n\nid: 5\ndata: b\n\n"));
    expect(tail.take(1)).toEqual({ type: "behind" });
    expect(tail.take(4)).toMatchObject({ text: "id: 5\ndata: b\n\n" });
  });
});
