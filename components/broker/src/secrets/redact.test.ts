import { array, assert, constantFrom, nat, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { secretForms } from "@pilothouse/contracts/runner/secret-forms";
import { redactor, redactText } from "./redact.ts";

const SECRET = "sk-ant-secret/+=0123456789";

function stream(text: string, cuts: readonly number[]): string {
  const clean = redactor([SECRET]);
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const parts = places.slice(1).map((end, index) => clean.push(bytes.subarray(places[index], end)));
  return Buffer.concat([...parts, clean.end()]).toString("utf8");
}

describe("redactor", () => {
  it("finds every form of a secret, however the stream is cut", () => {
    const form = constantFrom(...secretForms(SECRET));
    const words = string({ maxLength: 40 });
    const cuts = array(nat(), { maxLength: 12 });
    assert(
      property(words, form, words, cuts, (before, leak, after, places) => {
        const out = stream(`${before} ${leak} ${after}`, places);
        expect(out).not.toContain(leak);
        expect(out).toBe(`${before} [redacted] ${after}`);
      }),
    );
  });

  it("leaves everything else as it is", () => {
    assert(
      property(string({ unit: "grapheme" }), array(nat(), { maxLength: 6 }), (text, cuts) => {
        expect(stream(text, cuts)).toBe(text);
      }),
    );
  });

  it("holds nothing back at the end of an event", () => {
    const clean = redactor([SECRET]);
    expect(clean.push(Buffer.from("data: {}\n\n")).toString()).toBe("data: {}\n\n");
  });

  it("gives out what only looked like the beginning of a secret", () => {
    const clean = redactor([SECRET]);
    expect(clean.push(Buffer.from("see sk-ant-")).toString()).toBe("see ");
    expect(clean.push(Buffer.from("nothing")).toString()).toBe("sk-ant-nothing");
  });
});

describe("redactText", () => {
  it("ignores secrets that are too short to be told from words", () => {
    expect(redactText("a key is a key", ["key"])).toBe("a key is a key");
  });
});
