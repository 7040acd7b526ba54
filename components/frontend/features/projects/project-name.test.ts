import { describe, expect, it } from "vitest";
import { projectNameProblem, suggestProjectName } from "./project-name.ts";

describe("project names", () => {
  it.each([
    ["team-a", undefined],
    ["Team", /lower case/],
    ["-a", /begin and end/],
    ["kube-system", /belongs to the platform/],
    ["mine", /exists already/],
    ["a".repeat(64), /63/],
  ])("%s", (name, problem) => {
    const answer = projectNameProblem(name, ["mine"]) ?? "fine";
    expect(answer).toMatch(problem ?? /^fine$/);
  });

  it("are suggested from display names", () => {
    expect(suggestProjectName("Équipe A: le web!")).toBe("equipe-a-le-web");
    expect(suggestProjectName("---")).toBe("");
  });
});
