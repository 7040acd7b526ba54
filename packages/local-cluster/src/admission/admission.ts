// The seam between a write and what must agree to it: plugins first change, then (after validation) judge the object.
import type { UserInfo } from "../auth/user.ts";
import type { KubernetesObject } from "../objects.ts";
import type { ResourceDefinition } from "../resources/definition.ts";

export interface AdmissionRequest {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly definition: ResourceDefinition;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The state to be; absent for DELETE. */
  readonly object: KubernetesObject | undefined;
  /** The state that was; absent for CREATE. */
  readonly oldObject: KubernetesObject | undefined;
  /** Adds a warning to the response. */
  readonly warn: (message: string) => void;
}

/** Throws an ApiError to refuse. Synchronous, so that judging and storing are one step that no other write can split. */
export interface AdmissionPlugin {
  readonly name: string;
  /** May change `request.object` in place. */
  readonly mutate?: (request: AdmissionRequest) => void;
  readonly validate?: (request: AdmissionRequest) => void;
}

export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  mutate(request: AdmissionRequest): void {
    for (const plugin of this.#plugins) plugin.mutate?.(request);
  }

  validate(request: AdmissionRequest): void {
    for (const plugin of this.#plugins) plugin.validate?.(request);
  }
}
