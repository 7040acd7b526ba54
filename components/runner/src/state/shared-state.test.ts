import { EventType } from "@pilothouse/agui";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SharedState, type JsonObject } from "./shared-state.ts";

function open(initial: JsonObject = {}): { state: SharedState; saved: JsonObject[] } {
  const saved: JsonObject[] = [];
  return { state: new SharedState({ initial, save: (next) => saved.push(next) }), saved };
}

describe("the shared state", () => {
  it("is told at a run's start when there is any", () => {
    expect(open().state.startRun({})).toEqual([]);
    expect(open({ a: 1 }).state.startRun(undefined)).toEqual([{ type: "STATE_SNAPSHOT", snapshot: { a: 1 } }]);
  });

  it("is what a client sends, but an empty one changes nothing", () => {
    const { state, saved } = open({ a: 1 });
    state.startRun({});
    expect(saved).toEqual([]);
    expect(state.startRun({ b: 2 })).toEqual([{ type: "STATE_SNAPSHOT", snapshot: { b: 2 } }]);
    expect(saved).toEqual([{ b: 2 }]);
  });

  it("changes at a pointer, and says how", () => {
    const { state } = open({ plan: { steps: 1 } });
    expect(state.change("/plan/steps", 2)).toEqual({
      type: EventType.STATE_DELTA,
      delta: [{ op: "replace", path: "/plan/steps", value: 2 }],
    });
    expect(state.change("/new/in~1ner", "x")).toMatchObject({
      delta: [
        { op: "add", path: "/new", value: {} },
        { op: "add", path: "/new/in~1ner", value: "x" },
      ],
    });
    expect(state.change("/plan", undefined)).toMatchObject({ delta: [{ op: "remove", path: "/plan" }] });
    expect(state.current).toEqual({ new: { "in/ner": "x" } });
  });

  it.each(["a", "/", "/__proto__/polluted", "/a//b", "/text/inner"])("refuses the path %j", (path) => {
    const { state } = open({ text: "no object" });
    expect(() => state.change(path, 1)).toThrow(expect.objectContaining({ code: "BODY_INVALID" }));
    expect(state.current).toEqual({ text: "no object" });
  });

  it("does not grow without bound", () => {
    expect(() => open().state.change("/a", "x".repeat(300_000))).toThrow("larger than");
  });

  it("has what was set last, wherever that is", () => {
    const field = fc.stringMatching(/^[a-c~/]{1,3}$/);
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (fields, value) => {
        const { state } = open();
        state.change(fields.map((each) => `/${each.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""), value);
        const found = fields.reduce<unknown>((place, each) => (place as JsonObject)[each], state.current);
        expect(JSON.stringify(found)).toBe(JSON.stringify(value));
      }),
    );
  });
});
