/** The graceful end of an attempt: what it has is saved in the order of its worth, each step within a share of the time. */
import type { EventLog } from "@pilothouse/agui";
import type { RepositoryDiff } from "@pilothouse/contracts/rest/runner";
import type { Logger } from "pino";
import { setTimeout as sleep } from "node:timers/promises";
import { archiveWorkspace } from "./archive.ts";
import type { PlatformBridge } from "./bridges/bridge.ts";
import { messageOf } from "./errors.ts";
import type { Runs } from "./runs/runs.ts";
import type { SessionClient } from "./session/session.ts";
import type { StatusReporter } from "./status/reporter.ts";
import type { Tracing } from "./tracing/tracing.ts";
import type { TranscriptClient } from "./transcript/client.ts";
import type { TranscriptPusher } from "./transcript/pusher.ts";
import type { Workspace } from "./workspace/workspace.ts";

export interface EndingParts {
  readonly runs: Runs;
  readonly bridge: PlatformBridge;
  readonly log: EventLog;
  readonly workspace: Workspace;
  readonly transcript: TranscriptClient;
  readonly pusher: TranscriptPusher;
  readonly reporter: StatusReporter;
  readonly session: SessionClient;
  readonly tracing: Tracing;
  /** The push of working branches that is under way. */
  readonly pushing: () => Promise<void>;
  /** The store has everything: the last status says so. */
  readonly onHandedOver: () => void;
  readonly logger: Logger;
}

/** The most that is left to an agent to end its run. */
const LONGEST_INTERRUPT = 5000;
/** A tracing service that is down must not hold up the end. */
const LONGEST_TRACING = 1500;

/** @param graceSeconds what the pod has from SIGTERM to SIGKILL */
export async function endGracefully(parts: EndingParts, graceSeconds: number): Promise<void> {
  const { runs, bridge, log, workspace, transcript, pusher, reporter, session, tracing, pushing, logger } = parts;
  const deadline = Date.now() + graceSeconds * 1000 * 0.9;
  const within = (share: number): number => Math.max(500, Math.round((deadline - Date.now()) * share));
  // One part that fails must not keep the others from saving what they have.
  const step = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      logger.warn({ what, reason: messageOf(error) }, "a step of the graceful end failed");
    }
  };
  await step("runs", async () => runs.stop(Math.min(LONGEST_INTERRUPT, within(0.3))));
  await step("bridge", async () => bridge.stop());
  await step("log", async () => log.sync());
  await step("push", async () => Promise.race([pushing(), sleep(within(0.4), undefined, { ref: false })]));
  const archiving = AbortSignal.timeout(within(0.5));
  const handedOver = { archives: false, transcript: false };
  await step("archive", async () => {
    const { artifacts, repositories } = workspace;
    const diff =
      repositories.places.length === 0
        ? undefined
        : async (signal: AbortSignal): Promise<RepositoryDiff[]> => workspace.diff(undefined, signal);
    handedOver.archives = await archiveWorkspace({ diff, artifacts, transcript, signal: archiving, logger });
  });
  await step("transcript", async () => {
    const complete = await pusher.flush(AbortSignal.timeout(within(0.7)));
    const position = { store: pusher.position, log: log.lastSeq };
    if (!complete) logger.warn(position, "the transcript is not complete: the rest is sent later");
    await pusher.stop();
    handedOver.transcript = complete;
  });
  if (handedOver.archives && handedOver.transcript) parts.onHandedOver();
  await step("status", async () => reporter.stop(within(0.7)));
  await step("traces", async () => tracing.stop(Math.min(LONGEST_TRACING, within(0.5))));
  await step("log", async () => log.close());
  await step("connections", async () => session.close());
}
