/** The kubelet's errors: one table of codes, with what each one means. */

export const kubeletErrors = {
  ADDRESS_UNAVAILABLE: "no loopback address is free for a pod",
  NOT_FOUND: "the pod or container that was asked for is not on this node",
  BAD_REQUEST: "the request cannot be answered in the container's present state",
  CONFIG: "the container's configuration names something that is missing or not valid",
  VOLUME: "a volume of the pod cannot be set up",
  START: "the container's process could not be started",
} as const;

export type KubeletErrorCode = keyof typeof kubeletErrors;

export class KubeletError extends Error {
  override readonly name = "KubeletError";
  readonly code: KubeletErrorCode;

  constructor(code: KubeletErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
