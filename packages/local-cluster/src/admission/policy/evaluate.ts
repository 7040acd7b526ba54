// Asks one policy, with one of its bindings, about a request.
import {
  type Bindings,
  CelCostError,
  CelEvaluationError,
  celFromJson,
  type CelKey,
  type CelValue,
  type CompiledExpression,
  COST_PER_EXPRESSION,
  COST_PER_OBJECT,
} from "../../cel/index.ts";
import { labelSelectorRequirements, matchesLabels } from "../../api/selectors.ts";
import { isJsonObject, type JsonObject, stringAt, stringMapAt, stringsAt, valueAt } from "../../json.ts";
import type { CompiledPolicy, Validation } from "./compile.ts";
import { compileMatch, type Matcher } from "./match.ts";
import type { PolicyCluster, PolicyRequest } from "./request.ts";

export interface CompiledBinding {
  readonly name: string;
  readonly policyName: string;
  readonly actions: readonly string[];
  readonly matches: Matcher;
  readonly paramRef: JsonObject | undefined;
}

/** One thing that a policy found wrong. */
export interface Failure {
  readonly message: string;
  /** A Status reason: Invalid, Forbidden, Unauthorized or RequestEntityTooLarge. */
  readonly reason: string;
}

export interface Verdict {
  readonly failures: readonly Failure[];
  /** Key (with the policy's name before it) and value. */
  readonly auditAnnotations: ReadonlyMap<string, string>;
}

const NO_VERDICT: Verdict = { failures: [], auditAnnotations: new Map() };
const MAX_MESSAGE = 5120;

export function compileBinding(binding: JsonObject): CompiledBinding {
  const paramRef = valueAt(binding, "spec", "paramRef");
  return {
    name: stringAt(binding, "metadata", "name"),
    policyName: stringAt(binding, "spec", "policyName"),
    actions: stringsAt(binding, "spec", "validationActions"),
    matches: compileMatch(valueAt(binding, "spec", "matchResources")),
    paramRef: isJsonObject(paramRef) ? paramRef : undefined,
  };
}

/** `bindings` holds the request's own values: see requestBindings. */
export function evaluatePolicy(
  policy: CompiledPolicy,
  binding: CompiledBinding,
  request: PolicyRequest,
  cluster: PolicyCluster,
  bindings: Bindings,
): Verdict {
  const broken = policy.issues[0];
  if (broken !== undefined)
    return policy.failurePolicy === "Ignore"
      ? NO_VERDICT
      : failed({ message: `failed to configure policy: ${broken.field}: ${broken.detail}`, reason: "Invalid" });
  if (policy.paramKind === undefined) return evaluateWith(policy, bindings);
  const params = findParams(policy.paramKind, binding.paramRef, request, cluster);
  if (params.length === 0) {
    const isAllowed = stringAt(binding.paramRef, "parameterNotFoundAction") === "Allow";
    if (isAllowed || policy.failurePolicy === "Ignore") return NO_VERDICT;
    const message = "no params found for policy binding with `Deny` parameterNotFoundAction";
    return failed({ message: `failed to configure binding: ${message}`, reason: "Invalid" });
  }
  const verdicts = params.map((one) => evaluateWith(policy, { ...bindings, params: () => celFromJson(one) }));
  return {
    failures: verdicts.flatMap((verdict) => verdict.failures),
    auditAnnotations: new Map(verdicts.flatMap((verdict) => [...verdict.auditAnnotations])),
  };
}

function failed(failure: Failure): Verdict {
  return { failures: [failure], auditAnnotations: new Map() };
}

function findParams(
  paramKind: { readonly apiVersion: string; readonly kind: string },
  paramRef: JsonObject | undefined,
  request: PolicyRequest,
  cluster: PolicyCluster,
): readonly (JsonObject | undefined)[] {
  // A binding that names no parameters evaluates the policy with params = null.
  if (paramRef === undefined) return [undefined];
  const namespace = stringAt(paramRef, "namespace") || request.namespace;
  const name = stringAt(paramRef, "name");
  const found = cluster.find(paramKind.apiVersion, paramKind.kind, namespace, name === "" ? undefined : name);
  const requirements = labelSelectorRequirements(valueAt(paramRef, "selector"));
  return found.filter((object) => matchesLabels(requirements, stringMapAt(object, "metadata", "labels")));
}

function evaluateWith(policy: CompiledPolicy, outer: Bindings): Verdict {
  const run = new PolicyRun(outer);
  const failures: Failure[] = [];
  const auditAnnotations = new Map<string, string>();
  try {
    // One condition that says no is enough, even when another one fails.
    let problem: Failure | undefined;
    for (const { name, expression } of policy.conditions) {
      const outcome = run.tryTo(expression);
      if ("value" in outcome && outcome.value === false) return NO_VERDICT;
      if ("error" in outcome)
        problem ??= { message: `matchCondition '${name}' resulted in error: ${outcome.error}`, reason: "Invalid" };
    }
    if (problem !== undefined) return policy.failurePolicy === "Ignore" ? NO_VERDICT : failed(problem);
    run.define(policy);
    for (const validation of policy.validations) {
      const failure = judge(run, validation, policy.failurePolicy);
      if (failure !== undefined) failures.push(failure);
    }
    for (const { name, expression } of policy.auditAnnotations) {
      const outcome = run.tryTo(expression);
      if ("value" in outcome && typeof outcome.value === "string" && outcome.value !== "")
        auditAnnotations.set(`${policy.name}/${name}`, outcome.value);
    }
  } catch (error) {
    if (!(error instanceof CelCostError)) throw error;
    const message = "validation failed due to running out of cost budget, no further validation rules will be run";
    if (policy.failurePolicy === "Fail") failures.push({ message, reason: "Invalid" });
  }
  return { failures, auditAnnotations };
}

function judge(run: PolicyRun, validation: Validation, failurePolicy: "Fail" | "Ignore"): Failure | undefined {
  const outcome = run.tryTo(validation.expression);
  const shown = validation.source.trim();
  if ("error" in outcome)
    return failurePolicy === "Ignore"
      ? undefined
      : { message: `expression '${shown}' resulted in error: ${outcome.error}`, reason: "Invalid" };
  if (outcome.value === true) return undefined;
  const fixed = validation.message.trim() || `failed expression: ${shown}`;
  const built = validation.messageExpression && run.tryTo(validation.messageExpression);
  const text = built !== undefined && "value" in built && typeof built.value === "string" ? built.value.trim() : "";
  const isUsable = text !== "" && !text.includes("\n") && text.length <= MAX_MESSAGE;
  return { message: isUsable ? text : fixed, reason: validation.reason };
}

/** The expressions of one policy over one request: they share a budget, and the policy's variables. */
class PolicyRun {
  private budget = COST_PER_OBJECT;
  private bindings: Bindings;

  constructor(outer: Bindings) {
    this.bindings = { ...outer, variables: new Map() };
  }

  define(policy: CompiledPolicy): void {
    const fields = new LazyFields(
      new Map(policy.variables.map(({ name, expression }) => [name, () => this.evaluateVariable(name, expression)])),
    );
    this.bindings = { ...this.bindings, variables: fields };
  }

  /** @throws CelCostError when the budget is used up */
  tryTo(expression: CompiledExpression): { readonly value: CelValue } | { readonly error: string } {
    try {
      return { value: this.evaluate(expression) };
    } catch (error) {
      if (error instanceof CelEvaluationError) return { error: error.message };
      if (error instanceof CelCostError && this.budget >= COST_PER_EXPRESSION) return { error: error.message };
      throw error;
    }
  }

  private evaluateVariable(name: string, expression: CompiledExpression): CelValue {
    try {
      return this.evaluate(expression);
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error;
      throw new CelEvaluationError(`composited variable "${name}" fails to evaluate: ${error.message}`);
    }
  }

  private evaluate(expression: CompiledExpression): CelValue {
    const { value, cost } = expression.evaluate(this.bindings, Math.min(COST_PER_EXPRESSION, this.budget));
    this.budget -= cost;
    return value;
  }
}

/** The policy's variables: each is computed when it is first read. */
class LazyFields extends Map<CelKey, CelValue> {
  readonly #makers: ReadonlyMap<string, () => CelValue>;

  constructor(makers: ReadonlyMap<string, () => CelValue>) {
    super();
    this.#makers = makers;
  }

  override get(key: CelKey): CelValue | undefined {
    const known = super.get(key);
    if (known !== undefined || typeof key !== "string") return known;
    const value = this.#makers.get(key)?.();
    if (value !== undefined) this.set(key, value);
    return value;
  }

  override has(key: CelKey): boolean {
    return typeof key === "string" && this.#makers.has(key);
  }
}
