// Custom resources' schemas: judging a definition, and judging, pruning and completing the objects of one.
export { compileCustomResource, type CustomResourceSchema } from "./custom-resource.ts";
export { validateCustomResourceDefinition } from "./definition/index.ts";
export type { FieldError } from "./field-errors.ts";
