// The Common Expression Language as Kubernetes uses it: typed by schemas, extended by Kubernetes' own functions,
// bounded in cost. Written for this purpose because the rules of a custom resource need what general evaluators in
// JavaScript do not offer: static checks of has() and of fields against a schema, RE2 expressions, a cost limit
// that holds inside loops, and the wording that users know from a real cluster.
export { CelEnvironment, type CompiledExpression, COST_PER_EXPRESSION, COST_PER_OBJECT } from "./environment.ts";
export { CelCompileError, CelCostError, CelEvaluationError, type CompileIssue } from "./errors.ts";
export type { Bindings } from "./frame.ts";
export { celFromJson } from "./json.ts";
export { type FunctionTable, fn, method, opaqueType } from "./functions.ts";
export { type RegularExpression, regularExpression, RegexSyntaxError } from "./regular-expression/index.ts";
export * from "./types.ts";
export {
  CelDuration,
  type CelKey,
  type CelList,
  type CelMap,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
} from "./values.ts";
