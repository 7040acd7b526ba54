// What comes with a write besides the object, and how admission gets to hear of it.
import type { AdmissionRequest } from "../admission/admission.ts";
import type { UserInfo } from "../auth/user.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ResourceDefinition } from "../resources/definition.ts";

export type FieldValidation = "Ignore" | "Warn" | "Strict";

export interface WriteOptions {
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly fieldManager: string;
  readonly warn: (message: string) => void;
  /** Set by server-side apply: the object comes with its managedFields worked out. */
  readonly applied?: boolean;
}

export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}

export function admissionRequest(
  operation: AdmissionRequest["operation"],
  definition: ResourceDefinition,
  subresource: string,
  namespace: string,
  name: string,
  object: KubernetesObject | undefined,
  oldObject: KubernetesObject | undefined,
  options: Pick<WriteOptions, "user" | "dryRun" | "warn">,
): AdmissionRequest {
  const { user, dryRun, warn } = options;
  return { operation, definition, subresource, namespace, name, object, oldObject, user, dryRun, warn };
}
