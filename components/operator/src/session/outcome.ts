// How an attempt came to its end, read from the exit of its runner, its pod and its Job.
import { EXIT_CODES } from "@pilothouse/contracts";
import type { EndFact, JobFact, PodFact } from "./observation.ts";

export type Outcome =
  | { readonly kind: "completed"; readonly message: string }
  /** The runner says why it cannot go on; trying again would end the same. */
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "timeout"; readonly message: string }
  /** Not the runner's doing: worth another attempt. A node that was shut down says nothing about the session at all. */
  | { readonly kind: "infrastructure"; readonly message: string; readonly nodeShutDown?: true };

/**
 * Around the deadline the pod's end may be seen before the Job's reason for it: an end so close to it is the timeout's.
 * Also the most by which the API server's clock may differ from ours.
 */
const DEADLINE_TOLERANCE_MILLISECONDS = 2000;

/** Undefined while the attempt goes on. */
export function outcomeOf(job: JobFact | undefined, pod: PodFact | undefined, now: number): Outcome | undefined {
  if (job?.finished?.reason === "DeadlineExceeded") return timeout();
  if (job?.deadline !== undefined) {
    const ending = pod?.ended !== undefined || pod?.deletionDeadline !== undefined || job.finished !== undefined;
    const finishedItself = pod?.ended?.exitCode === EXIT_CODES.done;
    const tolerance = ending ? DEADLINE_TOLERANCE_MILLISECONDS : -DEADLINE_TOLERANCE_MILLISECONDS;
    if (!finishedItself && now >= job.deadline - tolerance) return timeout();
  }
  if (pod?.ended !== undefined) return outcomeOfEnd(pod.ended, pod.deletionDeadline !== undefined);
  if (job?.finished === undefined) return undefined;
  if (job.finished.result === "complete") return { kind: "completed", message: "the runner has finished" };
  const words = job.finished.message === "" ? job.finished.reason : job.finished.message;
  return { kind: "infrastructure", message: `the pod was lost (${words})` };
}

function timeout(): Outcome {
  return { kind: "timeout", message: "the session reached its timeout" };
}

function endedByNode(reason: string, said: string): string {
  return said === "" ? `the pod was ended by its node (${reason})` : said;
}

function outcomeOfEnd(end: EndFact, askedToGo: boolean): Outcome {
  const said = end.message?.trim() ?? "";
  switch (end.reason) {
    case "DeadlineExceeded":
      return timeout();
    case "OOMKilled":
      return { kind: "infrastructure", message: "the runner ran out of memory: raise resources.limits.memory" };
    case "NodeShutdown":
    case "Terminated":
      return { kind: "infrastructure", message: endedByNode(end.reason, said), nodeShutDown: true };
    case "Evicted":
    case "NodeLost":
    case "Preempting":
    case "UnexpectedAdmissionError":
      return { kind: "infrastructure", message: endedByNode(end.reason, said) };
    default:
      break;
  }
  if (askedToGo) return { kind: "infrastructure", message: "the pod was deleted" };
  switch (end.exitCode) {
    case EXIT_CODES.done:
      return { kind: "completed", message: said === "" ? "the runner has finished" : said };
    case EXIT_CODES.agentError:
      return { kind: "failed", message: said === "" ? "the agent ended with an error" : said };
    case EXIT_CODES.prerequisiteMissing:
      return { kind: "failed", message: said === "" ? "the runner misses something that it needs" : said };
    case EXIT_CODES.stopped:
      return { kind: "infrastructure", message: "the runner was ended from outside (SIGTERM)" };
    default: {
      const how = end.exitCode === undefined ? (end.reason ?? "no exit code") : `exit code ${end.exitCode}`;
      return { kind: "infrastructure", message: `the runner died (${how})${said === "" ? "" : `: ${said}`}` };
    }
  }
}
