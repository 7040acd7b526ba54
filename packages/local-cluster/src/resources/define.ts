// Short form for the table of built-in resources.
import {
  ALL_VERBS,
  PLAIN_STRATEGY,
  STATUS,
  tableName,
  type Column,
  type ResourceDefinition,
  type Strategy,
  type Subresource,
  type Verb,
} from "./definition.ts";
import { normalizeToType } from "../builtin-types/normalize.ts";
import { typeNameOf } from "../builtin-types/type-table.ts";
import { AGE, NAME } from "./columns.ts";

export interface BuiltIn {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced?: boolean;
  readonly verbs?: readonly Verb[];
  readonly subresources?: Readonly<Record<string, Subresource>>;
  readonly status?: boolean;
  /** Between Name and Age. */
  readonly columns?: readonly Column[];
  /** After Age: what `-o wide` adds. */
  readonly wide?: readonly Column[];
  /** Default true. */
  readonly age?: boolean;
  readonly strategy?: Partial<Strategy>;
}

export function defineBuiltIn(builtIn: BuiltIn): ResourceDefinition {
  const group = builtIn.group ?? "";
  const status = builtIn.status === true;
  const type = typeNameOf(group, builtIn.version ?? "v1", builtIn.kind);
  return {
    group,
    version: builtIn.version ?? "v1",
    kind: builtIn.kind,
    plural: builtIn.plural,
    singular: builtIn.kind.toLowerCase(),
    listKind: `${builtIn.kind}List`,
    shortNames: builtIn.shortNames ?? [],
    categories: builtIn.categories ?? [],
    namespaced: builtIn.namespaced ?? true,
    verbs: builtIn.verbs ?? ALL_VERBS,
    subresources: { ...(status ? { status: STATUS } : {}), ...builtIn.subresources },
    table: tableName({ group, plural: builtIn.plural }),
    strategy: {
      ...PLAIN_STRATEGY,
      normalize: (object) => normalizeToType(object, type),
      statusSubresource: status,
      ...builtIn.strategy,
    },
    columns: [NAME, ...(builtIn.columns ?? []), ...(builtIn.age === false ? [] : [AGE]), ...(builtIn.wide ?? [])],
    custom: false,
  };
}
