// All policies together: what a request is refused for, warned about, and noted in the audit log for.
import { requestBindings } from "./environment.ts";
import { type CompiledBinding, evaluatePolicy, type Failure } from "./evaluate.ts";
import type { CompiledPolicy } from "./compile.ts";
import { isExempt } from "./match.ts";
import type { PolicyCluster, PolicyRequest } from "./request.ts";

export interface BoundPolicy {
  readonly policy: CompiledPolicy;
  readonly bindings: readonly CompiledBinding[];
}

export interface Denial extends Failure {
  readonly policy: string;
  readonly binding: string;
}

export interface PolicyDecision {
  /** The first denial; undefined when the request may go on. */
  readonly denial: Denial | undefined;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

const AUDIT_KEY = "validation.policy.admission.k8s.io/validation_failure";

export function decide(
  policies: readonly BoundPolicy[],
  request: PolicyRequest,
  cluster: PolicyCluster,
): PolicyDecision {
  const warnings: string[] = [];
  const audited: object[] = [];
  const auditAnnotations: Record<string, string> = {};
  let denial: Denial | undefined;
  if (isExempt(request)) return { denial, warnings, auditAnnotations };
  const values = requestBindings(request, cluster);
  for (const { policy, bindings } of policies) {
    if (bindings.length === 0 || !policy.matches(request, cluster)) continue;
    for (const binding of bindings) {
      if (!binding.matches(request, cluster)) continue;
      const verdict = evaluatePolicy(policy, binding, request, cluster, values);
      for (const [key, value] of verdict.auditAnnotations) auditAnnotations[key] = value;
      for (const failure of verdict.failures) {
        const { actions } = binding;
        if (actions.includes("Deny")) denial ??= { ...failure, policy: policy.name, binding: binding.name };
        if (actions.includes("Warn"))
          warnings.push(
            `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}': ${failure.message}`,
          );
        if (actions.includes("Audit"))
          audited.push({
            message: failure.message,
            policy: policy.name,
            binding: binding.name,
            validationActions: actions,
          });
      }
    }
  }
  if (audited.length > 0) auditAnnotations[AUDIT_KEY] = JSON.stringify(audited);
  return { denial, warnings, auditAnnotations };
}

/** The sentence of a refusal, after `… is forbidden: `. */
export function denialText({ policy, binding, message }: Denial): string {
  return `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${message}`;
}

const CODES: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

/** The HTTP status of a refusal's reason. */
export function denialCode(reason: string): number {
  return CODES[reason] ?? 422;
}
