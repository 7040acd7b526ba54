import { RunRequest } from "@pilothouse/contracts";
import { expect, it } from "vitest";
import { runInput } from "./input.ts";

it("hands on an answer that is null as one without a payload, which is all that AG-UI knows", () => {
  const answers = [
    { interruptId: "a", status: "cancelled", payload: null },
    { interruptId: "b", status: "resolved", payload: false },
  ];
  const identity = { userId: "ann", displayName: "Ann", groups: [] };
  const { resume } = runInput(RunRequest.parse({ resume: answers }), "thread", identity, "request");
  expect(resume).toEqual([{ interruptId: "a", status: "cancelled" }, answers[1]]);
});
