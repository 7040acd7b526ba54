// A ValidatingAdmissionPolicy with its expressions compiled. What does not compile is kept as an issue with its path:
// validation refuses such a policy, and one that got in anyway refuses what it matches (or not: failurePolicy).
import { CelCompileError, type CelType, type CompiledExpression, formatType } from "../../cel/index.ts";
import { type JsonObject, objectsAt, stringAt, valueAt } from "../../json.ts";
import { policyEnvironment } from "./environment.ts";
import { compileMatch, type Matcher } from "./match.ts";

export interface PolicyVariable {
  readonly name: string;
  readonly expression: CompiledExpression;
}

export interface Validation {
  readonly source: string;
  readonly expression: CompiledExpression;
  readonly message: string;
  readonly messageExpression: CompiledExpression | undefined;
  readonly reason: string;
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: CompiledExpression;
}

export interface PolicyIssue {
  readonly field: string;
  readonly expression: string;
  readonly detail: string;
}

export interface CompiledPolicy {
  readonly name: string;
  readonly failurePolicy: "Fail" | "Ignore";
  readonly paramKind: { readonly apiVersion: string; readonly kind: string } | undefined;
  readonly matches: Matcher;
  readonly conditions: readonly NamedExpression[];
  readonly variables: readonly PolicyVariable[];
  readonly validations: readonly Validation[];
  readonly auditAnnotations: readonly NamedExpression[];
  readonly issues: readonly PolicyIssue[];
}

type Wanted = "bool" | "string" | "string or null" | undefined;

export function compilePolicy(policy: JsonObject): CompiledPolicy {
  const spec = valueAt(policy, "spec");
  const issues: PolicyIssue[] = [];
  const hasParams = stringAt(spec, "paramKind", "kind") !== "";
  const types = new Map<string, CelType>();
  const noVariables = policyEnvironment({ hasParams, variables: new Map() });
  let environment = noVariables;

  const compile = (
    source: string,
    field: string,
    wanted: Wanted,
    within = environment,
  ): CompiledExpression | undefined => {
    try {
      const expression = within.compile(source);
      const problem = typeProblem(expression.type, wanted);
      if (problem === undefined) return expression;
      issues.push({ field, expression: source, detail: problem });
    } catch (error) {
      if (!(error instanceof CelCompileError)) throw error;
      issues.push({ field, expression: source, detail: `compilation failed: ${error.message}` });
    }
    return undefined;
  };

  const variables: PolicyVariable[] = [];
  for (const [index, variable] of objectsAt(spec, "variables").entries()) {
    const name = stringAt(variable, "name");
    const expression = compile(stringAt(variable, "expression"), `spec.variables[${index}].expression`, undefined);
    if (expression === undefined) continue;
    variables.push({ name, expression });
    types.set(name, expression.type);
    // Each variable may use those before it.
    environment = policyEnvironment({ hasParams, variables: new Map(types) });
  }

  const named = (list: string, name: string, source: string, wanted: Wanted, within = environment): NamedExpression[] =>
    objectsAt(spec, list).flatMap((entry, index) => {
      const expression = compile(stringAt(entry, source), `spec.${list}[${index}].${source}`, wanted, within);
      return expression === undefined ? [] : [{ name: stringAt(entry, name), expression }];
    });

  const validations = objectsAt(spec, "validations").flatMap((entry, index): Validation[] => {
    const field = `spec.validations[${index}]`;
    const source = stringAt(entry, "expression");
    const expression = compile(source, `${field}.expression`, "bool");
    const message = stringAt(entry, "messageExpression");
    const messageExpression =
      message.trim() === "" ? undefined : compile(message, `${field}.messageExpression`, "string");
    if (expression === undefined) return [];
    return [
      {
        source,
        expression,
        message: stringAt(entry, "message"),
        messageExpression,
        reason: stringAt(entry, "reason") || "Invalid",
      },
    ];
  });

  return {
    name: stringAt(policy, "metadata", "name"),
    failurePolicy: stringAt(spec, "failurePolicy") === "Ignore" ? "Ignore" : "Fail",
    paramKind: hasParams
      ? { apiVersion: stringAt(spec, "paramKind", "apiVersion"), kind: stringAt(spec, "paramKind", "kind") }
      : undefined,
    matches: compileMatch(valueAt(spec, "matchConstraints")),
    // Conditions come before variables: they decide whether the policy is about this request at all.
    conditions: named("matchConditions", "name", "expression", "bool", noVariables),
    variables,
    validations,
    auditAnnotations: named("auditAnnotations", "key", "valueExpression", "string or null"),
    issues,
  };
}

function typeProblem(type: CelType, wanted: Wanted): string | undefined {
  if (wanted === undefined || type.kind === "dyn") return undefined;
  const allowed = wanted === "string or null" ? ["string", "null"] : [wanted];
  return allowed.includes(formatType(type)) ? undefined : `must evaluate to ${wanted}`;
}
