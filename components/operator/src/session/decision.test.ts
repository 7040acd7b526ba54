import { readFile } from "node:fs/promises";
import { AgenticSessionStatus } from "@pilothouse/contracts";
import { describe, expect, it } from "vitest";
import { OPERATOR_STATUS_FIELDS } from "./decision.ts";

const RUNNER_FIELDS = ["agent", "transcript", "reconciledRepos", "reconciledWorkflow"];

describe("the fields of a session's status", () => {
  it("each have one writer", () => {
    const fields = Object.keys(AgenticSessionStatus.shape);
    expect([...OPERATOR_STATUS_FIELDS, ...RUNNER_FIELDS].toSorted()).toEqual(fields.toSorted());
  });

  it("that are the operator's are closed to runners by the admission policy", async () => {
    const file = new URL("../../../../deploy/policies/session-status.yaml", import.meta.url);
    const policy = await readFile(file, "utf8");
    for (const field of OPERATOR_STATUS_FIELDS)
      expect(policy).toContain(`object.status.${field} == oldObject.status.${field})`);
  });
});
