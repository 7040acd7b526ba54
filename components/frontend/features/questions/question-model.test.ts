import { describe, expect, it } from "vitest";
import { answersPayload, answerTo, choose, emptyDraft, questionsOf, write } from "./question-model.ts";

const [single, several] = questionsOf({
  message: "Two things",
  metadata: {
    questions: [
      { question: "Which?", header: "Pick", options: [{ label: "A", description: "first" }, { label: "B" }] },
      { question: "What else?", options: ["x", "y", "z"], multiSelect: true },
      { nonsense: true },
    ],
  },
});
if (single === undefined || several === undefined) throw new Error("two questions were given");

describe("questions", () => {
  it("replace a single choice, and gather several in the order of the options", () => {
    expect(choose(single, choose(single, emptyDraft, "A"), "B").chosen).toEqual(["B"]);
    expect(choose(several, choose(several, choose(several, emptyDraft, "z"), "x"), "x").chosen).toEqual(["z"]);
    expect(choose(several, choose(several, emptyDraft, "z"), "x").chosen).toEqual(["x", "z"]);
  });

  it("take free text instead of a single choice, and beside several", () => {
    expect(write(single, choose(single, emptyDraft, "A"), "C")).toEqual({ chosen: [], other: "C" });
    expect(write(several, choose(several, emptyDraft, "x"), "w")).toEqual({ chosen: ["x"], other: "w" });
  });

  it("are answered when all of them are", () => {
    expect(answersPayload([single, several], [choose(single, emptyDraft, "A"), emptyDraft])).toBeUndefined();
    expect(
      answersPayload(
        [single, several],
        [choose(single, emptyDraft, "A"), write(several, choose(several, emptyDraft, "x"), " w ")],
      ),
    ).toEqual({
      answers: { "Which?": "A", "What else?": "x, w" },
    });
    expect(answersPayload([single], [write(single, emptyDraft, "  ")])).toBeUndefined();
  });

  it("fall back to the message as free text", () => {
    expect(questionsOf({ message: "Go on?", metadata: {} })).toEqual([
      { question: "Go on?", header: undefined, options: [], isMultiple: false },
    ]);
  });

  it("read an answer back", () => {
    expect(answerTo(single, { answers: { "Which?": "B" } })).toBe("B");
    expect(answerTo(single, undefined)).toBeUndefined();
  });
});
