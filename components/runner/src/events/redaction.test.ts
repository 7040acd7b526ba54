import * as fc from "fast-check";
import { EventType, type Event } from "@pilothouse/agui";
import { secretForms } from "@pilothouse/contracts/runner/secret-forms";
import { describe, expect, it } from "vitest";
import { REDACTED, Redactor, Secrets } from "./redaction.ts";

const TOKEN = "Zq3-canary_token-0987654321";
const secrets = (): Secrets => {
  const all = new Secrets();
  all.add(TOKEN);
  return all;
};

/** What a reader of the stream gets when the text comes in these pieces. */
function stream(pieces: readonly string[], of = secrets()): string {
  const redactor = new Redactor(of);
  const events: Event[] = [
    { type: EventType.TEXT_MESSAGE_START, messageId: "m", role: "assistant" },
    ...pieces.map((delta): Event => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta })),
    { type: EventType.TEXT_MESSAGE_END, messageId: "m" },
  ];
  return events
    .flatMap((event) => redactor.push(event))
    .map((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT ? event.delta : ""))
    .join("");
}

function cut(text: string, sizes: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let start = 0, index = 0; start < text.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    pieces.push(text.slice(start, start + size));
    start += size;
  }
  return pieces;
}

const SHAPES = [
  ["an Anthropic key", `sk-ant-api03-${"a1B2".repeat(10)}`],
  ["a GitHub token", `ghp_${"x9Y8".repeat(9)}`],
  ["a fine-grained GitHub token", `github_pat_${"abc1_".repeat(10)}`],
  ["a Google key", `AIza${"Sy0-_".repeat(7)}`],
  ["an AWS key id", "AKIAIOSFODNN7EXAMPLE"],
  ["a GitLab token", `glpat-${"abcd1".repeat(5)}`],
  ["a JSON web token", `eyJ${"hbGciOi".repeat(6)}.eyJ${"zdWIiOi".repeat(6)}.${"sig".repeat(12)}`],
  [
    "a private key",
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${"b3BlbnNzaC1r\n".repeat(5)}-----END OPENSSH PRIVATE KEY-----`,
  ],
] as const;

const FORMS = secretForms(TOKEN).map((form) => [form, form] as const);

describe("redaction", () => {
  it.each([...FORMS, ...SHAPES])("finds %s, however the deltas are cut", (_name, secret) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }), (sizes) => {
        const text = `The key is ${secret} and that is all.`;
        expect(stream(cut(text, sizes))).toBe(`The key is ${REDACTED} and that is all.`);
      }),
      { numRuns: 40 },
    );
  });

  it("changes no text without secrets, however it is cut", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (text, sizes) => {
          expect(stream(cut(text, sizes))).toBe(text);
        },
      ),
    );
  });

  it("finds a secret between other text at any place", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40 }),
        fc.string({ maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (before, after, sizes) => {
          expect(stream(cut(`${before}${TOKEN}${after}`, sizes))).not.toContain(TOKEN);
        },
      ),
    );
  });

  it("delivers what was held back when the run fails", () => {
    const redactor = new Redactor(secrets());
    const content: Event = { type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta: "so far: Zq3-can" };
    expect(redactor.push(content)).toMatchObject([{ delta: "so far: " }]);
    expect(redactor.push({ type: EventType.RUN_ERROR, message: "x" })).toMatchObject([
      { type: "TEXT_MESSAGE_CONTENT", delta: "Zq3-can" },
      { type: "RUN_ERROR" },
    ]);
  });

  it("keeps the texts of two messages apart", () => {
    const redactor = new Redactor(secrets());
    const say = (messageId: string, delta: string): Event[] =>
      redactor.push({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta });
    const half = Math.floor(TOKEN.length / 2);
    const events = [
      ...say("a", TOKEN.slice(0, half)),
      ...say("b", TOKEN.slice(half)),
      ...say("a", "!"),
      ...say("b", "!"),
    ];
    const heard = (id: string): string =>
      events
        .map((event) => (event.type === EventType.TEXT_MESSAGE_CONTENT && event.messageId === id ? event.delta : ""))
        .join("");
    expect([heard("a"), heard("b")]).toEqual([`${TOKEN.slice(0, half)}!`, `${TOKEN.slice(half)}!`]);
  });

  it("searches whole values through and through", () => {
    const redactor = new Redactor(secrets());
    const [event] = redactor.push({
      type: EventType.STATE_SNAPSHOT,
      snapshot: { [TOKEN]: [{ deep: `x${TOKEN}y` }] },
    });
    expect(event).toMatchObject({ snapshot: { [REDACTED]: [{ deep: `x${REDACTED}y` }] } });
  });

  it("does not hold back a text for ever", () => {
    const redactor = new Redactor(secrets());
    const deltas: string[] = [];
    for (let index = 0; index < 300; index++) {
      const delta = `${index === 0 ? "sk-ant-" : ""}${"a".repeat(100)}`;
      for (const event of redactor.push({ type: EventType.TEXT_MESSAGE_CONTENT, messageId: "m", delta }))
        if (event.type === EventType.TEXT_MESSAGE_CONTENT) deltas.push(event.delta);
    }
    expect(deltas[0]).toBe(REDACTED);
  });
});
