// ValidatingAdmissionPolicy: rules in CEL about any write to the cluster.
export { type CompiledPolicy, compilePolicy } from "./compile.ts";
export { type BoundPolicy, decide, type Denial, denialCode, denialText, type PolicyDecision } from "./decide.ts";
export { type CompiledBinding, compileBinding } from "./evaluate.ts";
export { type PolicyPlugin, type TableOfKind, validatingAdmissionPolicy } from "./plugin.ts";
export type { AccessAttributes, PolicyCluster, PolicyRequest, PolicyUser } from "./request.ts";
export { validateBinding, validatePolicy } from "./validate.ts";
