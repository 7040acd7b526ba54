import { describe, expect, it } from "vitest";
import { cutShort, providerWords } from "./model-errors.ts";

describe("a provider's words", () => {
  it.each([
    ["its own sentence", '{"error":{"message":"too many"}}', "too many"],
    [
      "a sentence that tells of a connection",
      '{"error":{"message":"cannot be reached (ECONNRESET)"}}',
      "cannot be reached (ECONNRESET)",
    ],
    ["a lost connection", "read ECONNRESET", "The connection to the model was lost (read ECONNRESET)."],
    [
      "a proxy's page",
      "502 <html><style>h1 { color: red }</style><body><h1>Bad day</h1></body></html>",
      "Something on the way to the model answered with a web page: 502 Bad day",
    ],
    [
      "a proxy's page in a document",
      '{"error":{"message":"<html><body>Bad day</body></html>"}}',
      "Something on the way to the model answered with a web page: Bad day",
    ],
    ["nothing", "", "The model could not answer."],
  ])("are %s", (_name, message, expected) => {
    expect(providerWords(message)).toBe(expected);
  });
});

describe("an answer that was cut short", () => {
  it.each([
    "max_tokens",
    "length",
    "MAX_TOKENS",
    "refusal",
    "SAFETY",
    "content_filter",
    "model_context_window_exceeded",
  ])("is one that ended with %s", (reason) => {
    expect(cutShort(reason)).toBeTypeOf("string");
  });

  it.each(["end_turn", "stop", "STOP", "tool_use", "pause_turn", undefined])("is none that ended with %s", (reason) => {
    expect(cutShort(reason)).toBeUndefined();
  });
});
