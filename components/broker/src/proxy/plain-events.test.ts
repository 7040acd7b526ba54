import { describe, expect, it } from "vitest";
import { plainEvents } from "./plain-events.ts";

function pass(text: string, piece: number): string {
  const events = plainEvents();
  const bytes = Buffer.from(text);
  let out = "";
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece) parts.push(events.push(bytes.subarray(at, at + piece)));
  parts.push(events.end());
  out = Buffer.concat(parts).toString("utf8");
  // Empty events mean nothing.
  return out.replace(/\n{3,}/g, "\n\n").replace(/^\n+/, "");
}

describe.each([1, 2, 7, 1000])("events in pieces of %i bytes", (piece) => {
  it.each([
    ["line ends of every kind", "data: ä🚢\r\n\r\ndata: b\n\ndata: c\r\r", "data: ä🚢\n\ndata: b\n\ndata: c\n\n"],
    ["comments", ": hi\n\ndata: a\n: inside\nid: 1\n\n:\n\n", "data: a\nid: 1\n\n"],
    ["no end", "data: a\n\ndata: b", "data: a\n\ndata: b\n\n"],
    ["an end in the middle of a line's end", "data: a\r\n\r", "data: a\n\n"],
    ["a byte order mark", "\uFEFFdata: a\n\n", "data: a\n\n"],
    ["nothing", "", ""],
  ])("are plain: %s", (_name, given, expected) => {
    expect(pass(given, piece)).toBe(expected);
  });
});

describe("a comment between events", () => {
  it("passes as a sign of life", () => {
    expect(plainEvents().push(Buffer.from(": still here\n\n")).toString()).toMatch(/^\n+$/);
  });
});
