import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../json.ts";
import { validateBinding, validatePolicy } from "./index.ts";

const RULE = { operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] };
const policy = (spec: JsonObject): readonly string[] =>
  validatePolicy({
    metadata: { name: "p" },
    spec: { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: "true" }], ...spec },
  }).map((error) => `${error.field}: ${error.message}`);
const binding = (spec: JsonObject): readonly string[] =>
  validateBinding({ spec: { policyName: "p", validationActions: ["Deny"], ...spec } }).map(
    (error) => `${error.field}: ${error.message}`,
  );

describe("a policy", () => {
  it("may be minimal", () => {
    expect(policy({})).toEqual([]);
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ["nothing to match", { matchConstraints: {} }, ["spec.matchConstraints.resourceRules: Required value"]],
    [
      "a rule without resources, for an unknown operation",
      { matchConstraints: { resourceRules: [{ ...RULE, resources: [], operations: ["READ"] }] } },
      [
        "spec.matchConstraints.resourceRules[0].resources: Required value",
        'spec.matchConstraints.resourceRules[0].operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"',
      ],
    ],
    [
      "nothing to validate",
      { validations: [] },
      ["spec.validations: Required value: validations or auditAnnotations must contain at least one validation"],
    ],
    [
      "an empty expression",
      { validations: [{ expression: " " }] },
      ["spec.validations[0].expression: Required value: expression is not specified"],
    ],
    [
      "an expression that does not compile",
      { validations: [{ expression: "object.spec.x == request.nam" }] },
      [
        `spec.validations[0].expression: Invalid value: "object.spec.x == request.nam": compilation failed: ERROR: <input>:1:25: undefined field 'nam'\n | object.spec.x == request.nam\n | ........................^`,
      ],
    ],
    [
      "an expression that is no yes or no",
      { validations: [{ expression: "1 + 1" }] },
      ['spec.validations[0].expression: Invalid value: "1 + 1": must evaluate to bool'],
    ],
    [
      "a message that is no text",
      { validations: [{ expression: "true", messageExpression: "1" }] },
      ['spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string'],
    ],
    [
      "an unknown reason",
      { validations: [{ expression: "true", reason: "Because" }] },
      [
        'spec.validations[0].reason: Unsupported value: "Because": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
      ],
    ],
    [
      "conditions that read variables",
      {
        variables: [{ name: "x", expression: "1" }],
        matchConditions: [{ name: "c", expression: "variables.x == 1" }],
      },
      [
        `spec.matchConditions[0].expression: Invalid value: "variables.x == 1": compilation failed: ERROR: <input>:1:10: undefined field 'x'\n | variables.x == 1\n | .........^`,
      ],
    ],
    [
      "a variable with a wrong name, and one twice",
      {
        variables: [
          { name: "a-b", expression: "1" },
          { name: "c", expression: "1" },
          { name: "c", expression: "2" },
        ],
      },
      [
        'spec.variables[2].name: Duplicate value: "c"',
        'spec.variables[0].name: Invalid value: "a-b": name is not a valid CEL identifier',
      ],
    ],
    [
      "an unknown failure policy",
      { failurePolicy: "Shrug" },
      ['spec.failurePolicy: Unsupported value: "Shrug": supported values: "Fail", "Ignore"'],
    ],
  ])("is refused for %s", (_what, spec, expected) => {
    expect(policy(spec)).toEqual(expected);
  });
});

describe("a binding", () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ["nothing", {}, []],
    [
      "no policy and no action",
      { policyName: "", validationActions: [] },
      ["spec.policyName: Required value", "spec.validationActions: Required value"],
    ],
    [
      "an unknown action",
      { validationActions: ["Refuse"] },
      ['spec.validationActions[0]: Unsupported value: "Refuse": supported values: "Audit", "Deny", "Warn"'],
    ],
    [
      "both Deny and Warn",
      { validationActions: ["Deny", "Warn"] },
      [
        'spec.validationActions: Invalid value: []string{"Deny", "Warn"}: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
      ],
    ],
    [
      "parameters without a name, and without saying what happens when they are missing",
      { paramRef: {} },
      [
        "spec.paramRef: Required value: one of name or selector must be specified",
        "spec.paramRef.parameterNotFoundAction: Required value",
      ],
    ],
  ])("is refused for %s", (_what, spec, expected) => {
    expect(binding(spec)).toEqual(expected);
  });
});
