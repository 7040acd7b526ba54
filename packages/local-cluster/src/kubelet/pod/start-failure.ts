/** What a container waits for after it could not be started, and what is told about it: a pure function, in the kubelet's words. */
import type { RecordedEvent } from "@pilothouse/kubernetes";
import { KubeletError } from "../errors.ts";
import { type ContainerPhase, type ContainerRecord, nextBackoff } from "./container-record.ts";

/** The image store does not know the image: tried again, ever less often. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

const CONFIG_RETRY_MILLISECONDS = 5000;
const FIRST_IMAGE_RETRY_MILLISECONDS = 1000;

export interface StartFailure {
  readonly phase: ContainerPhase;
  readonly imageBackoffSeconds: number;
  readonly events: readonly RecordedEvent[];
}

/** @param before what the container did before the attempt */
export function startFailure(
  record: ContainerRecord,
  before: ContainerPhase,
  error: unknown,
  now: number,
): StartFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ImageError) return imageFailure(record, before, message, now);
  const reason =
    error instanceof KubeletError && error.code === "CONFIG" ? "CreateContainerConfigError" : "RunContainerError";
  return {
    phase: { type: "waiting", reason, message, retryAt: now + CONFIG_RETRY_MILLISECONDS },
    imageBackoffSeconds: record.imageBackoffSeconds,
    events: [{ type: "Warning", reason: "Failed", message: `Error: ${message}` }],
  };
}

function imageFailure(record: ContainerRecord, before: ContainerPhase, message: string, now: number): StartFailure {
  const image = record.spec.image ?? "";
  const failed: RecordedEvent = {
    type: "Warning",
    reason: "Failed",
    message: `Failed to pull image "${image}": ${message}`,
  };
  const tried = before.type === "waiting" && (before.reason === "ErrImagePull" || before.reason === "ImagePullBackOff");
  if (!tried) {
    return {
      phase: { type: "waiting", reason: "ErrImagePull", message, retryAt: now + FIRST_IMAGE_RETRY_MILLISECONDS },
      imageBackoffSeconds: 0,
      events: [failed, { type: "Warning", reason: "Failed", message: "Error: ErrImagePull" }],
    };
  }
  const seconds = nextBackoff(record.imageBackoffSeconds);
  const shown = `Back-off pulling image "${image}": ErrImagePull: ${message}`;
  return {
    phase: { type: "waiting", reason: "ImagePullBackOff", message: shown, retryAt: now + seconds * 1000 },
    imageBackoffSeconds: seconds,
    events: [
      failed,
      { type: "Normal", reason: "BackOff", message: `Back-off pulling image "${image}"` },
      { type: "Warning", reason: "Failed", message: "Error: ImagePullBackOff" },
    ],
  };
}
