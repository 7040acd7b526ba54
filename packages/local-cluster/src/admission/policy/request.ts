// What a policy is asked about, and what it may ask of the cluster.
import type { JsonObject } from "../../json.ts";

export interface PolicyUser {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface PolicyRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  /** Empty for the resource itself. */
  readonly subResource: string;
  readonly name: string;
  /** Empty for cluster-wide resources. */
  readonly namespace: string;
  readonly user: PolicyUser;
  readonly dryRun: boolean;
  readonly object: JsonObject | undefined;
  readonly oldObject: JsonObject | undefined;
}

export type AccessAttributes =
  | {
      readonly kind: "resource";
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly subresource: string;
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly kind: "path"; readonly verb: string; readonly path: string };

/** Read as the policy needs it; all answers come at once, because a write and its judgement are one step. */
export interface PolicyCluster {
  namespace(name: string): JsonObject | undefined;
  authorize(user: PolicyUser, attributes: AccessAttributes): { readonly allowed: boolean; readonly reason: string };
  /** Objects of a kind: by name, or all of a namespace (empty: of the cluster). */
  find(apiVersion: string, kind: string, namespace: string, name: string | undefined): readonly JsonObject[];
}
