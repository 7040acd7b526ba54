// The least that a custom resource's schema means: the object as it is.
import type { SchemaCompiler } from "./resource.ts";

export const objectSchema: SchemaCompiler = () => ({
  prune: () => [],
  applyDefaults: () => {},
  validate: () => [],
});
