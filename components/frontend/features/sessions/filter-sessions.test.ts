import type { AgenticSession } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { filterSessions, readFilter, writeFilter } from "./filter-sessions.ts";

const session = (name: string, phase: "Running" | "Failed" | "Completed", initialPrompt: string): AgenticSession => ({
  apiVersion: "pilothouse.dev/v1alpha1",
  kind: "AgenticSession",
  metadata: { name, uid: name },
  spec: { initialPrompt } as AgenticSession["spec"],
  status: { phase },
});
const sessions = [
  session("a", "Running", "Fix the login"),
  session("b", "Failed", "Upgrade Node"),
  session("c", "Completed", "Login page"),
];
const names = (show: string, search = "") =>
  filterSessions(sessions, readFilter(new URLSearchParams({ show, search }))).map((item) => item.metadata.name);

describe("filterSessions", () => {
  it("shows what needs a person first", () => expect(names("all")[0]).toBe("b"));
  it("filters by state", () => {
    expect(names("running")).toEqual(["a"]);
    expect(names("needs-you")).toEqual(["b"]);
    expect(names("ended")).toEqual(["b", "c"]);
  });
  it("searches in what people remember", () => expect(names("all", " LOGIN").toSorted()).toEqual(["a", "c"]));
  it("keeps the filter in the address", () => {
    expect(writeFilter(readFilter(new URLSearchParams("show=ended&search=x+y")))).toBe("?show=ended&search=x+y");
    expect(writeFilter(readFilter(new URLSearchParams("show=nonsense")))).toBe("");
  });
});
