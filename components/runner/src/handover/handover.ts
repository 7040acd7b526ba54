/**
 * Brings to the transcript store what an attempt left on the volume when it ended before the store had everything: closes
 * the run that was cut off, sends the rest of the events, archives the diff and the artifacts, brings the digest up to date,
 * and records that nothing is owed any more. No bridge, no agent, no broker; it ends when it is done.
 */
import type { EventLog } from "@pilothouse/agui";
import type { AgentDigest, AgenticSession } from "@pilothouse/contracts/resources/agentic-session";
import type { RepositoryDiff } from "@pilothouse/contracts/rest/runner";
import type { HandoverEnvironment } from "@pilothouse/contracts/runner/environment";
import { tokenFromFile } from "@pilothouse/kubernetes/config/token-source";
import type { Logger } from "pino";
import { archiveWorkspace } from "../archive.ts";
import { workspacePaths, type WorkspacePaths } from "../environment.ts";
import { messageOf, RunnerError } from "../errors.ts";
import { openLog } from "../events/open-log.ts";
import { Recorder } from "../events/recorder.ts";
import { Secrets } from "../events/redaction.ts";
import { closeInterruptedRun, readFormerAttempt } from "../runs/former-attempt.ts";
import { openSession } from "../session/open-session.ts";
import { watchedToken } from "../session/watched-token.ts";
import { StateFile, type RunnerState } from "../state/state-file.ts";
import { caughtUpDigest } from "../status/catch-up.ts";
import { mergePatch } from "../status/reporter.ts";
import { TranscriptClient } from "../transcript/client.ts";
import { TranscriptPusher } from "../transcript/pusher.ts";
import { diffRepository } from "../workspace/diff.ts";
import { Git } from "../workspace/git.ts";
import { repositoryNames } from "../workspace/repository-names.ts";

/** A store that takes nothing for so long is one to come back to later. */
const LONGEST_STALL = 30_000;
const ARCHIVE_TIMEOUT = 300_000;
const FINAL_PHASES: ReadonlySet<string> = new Set(["Stopped", "Completed", "Failed"]);

export interface Handover {
  readonly environment: HandoverEnvironment;
  readonly variables: NodeJS.ProcessEnv;
  readonly logger: Logger;
  /** Ends it early; what is not handed over then stays on the volume. */
  readonly signal: AbortSignal;
  /** Milliseconds without progress after which the store counts as away. Default 30 000. */
  readonly longestStall?: number;
}

/** @throws RunnerError when not everything could be handed over */
export async function handOver({ environment, variables, logger, signal, ...limits }: Handover): Promise<void> {
  const paths = workspacePaths(environment.PILOTHOUSE_WORKSPACE_DIR);
  const secrets = new Secrets();
  const token = watchedToken(tokenFromFile(environment.PILOTHOUSE_TOKEN_FILE), secrets);
  const session = await openSession(environment, variables, token, logger);
  try {
    const object = await session.read(signal);
    if (isObsolete(object, environment.PILOTHOUSE_ATTEMPT)) {
      logger.info("there is nothing to hand over any more");
      return;
    }
    const transcript = new TranscriptClient({
      backendUrl: environment.PILOTHOUSE_BACKEND_URL,
      sessionUid: environment.PILOTHOUSE_SESSION_UID,
      token,
    });
    const stored = await storedPosition(transcript, environment.PILOTHOUSE_BACKEND_URL, signal);
    const state = await StateFile.open(paths.stateFile, () => undefined);
    const log = await openLog(paths.events, logger);
    if (stored > log.lastSeq) await log.skipTo(stored);
    const agent = await closeLog({ log, state: state.current, object, secrets, logger });
    const pusher = new TranscriptPusher({ log, client: transcript, logger });
    pusher.start(stored);
    try {
      await sendAll(pusher, log, limits.longestStall ?? LONGEST_STALL, signal);
    } finally {
      await pusher.stop();
    }
    const archiving = AbortSignal.any([signal, AbortSignal.timeout(ARCHIVE_TIMEOUT)]);
    const diff = diffOf(object, state.current, paths);
    const archived = await archiveWorkspace({
      diff,
      artifacts: paths.artifacts,
      transcript,
      signal: archiving,
      logger,
    });
    if (!archived) throw new RunnerError("NOT_READY", "the diff or the artifacts could not be archived");
    await session.patchStatus({ status: statusOf(object, agent) }, signal);
    logger.info({ lastSeq: log.lastSeq, stored }, "handed over");
    await log.close();
  } finally {
    await session.close();
  }
}

async function storedPosition(transcript: TranscriptClient, backend: string, signal: AbortSignal): Promise<number> {
  try {
    const { lastSeq } = await transcript.position(AbortSignal.any([signal, AbortSignal.timeout(LONGEST_STALL)]));
    return lastSeq;
  } catch (error) {
    signal.throwIfAborted();
    throw new RunnerError("NOT_READY", `the transcript store at ${backend} does not answer: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The session was started again, or somebody else was quicker: its log is not ours to write. */
function isObsolete({ status = {} }: AgenticSession, attempt: number): boolean {
  return status.attempt !== attempt || !FINAL_PHASES.has(status.phase ?? "") || status.transcript?.complete !== false;
}

interface Closing {
  readonly log: EventLog;
  readonly state: RunnerState;
  readonly object: AgenticSession;
  readonly secrets: Secrets;
  readonly logger: Logger;
}

/** Ends the run that was cut off, as the next attempt would. Resolves with the digest after it. */
async function closeLog({ log, state, object, secrets, logger }: Closing): Promise<AgentDigest | undefined> {
  const { uid } = object.metadata;
  const former = await readFormerAttempt(log, uid ?? "", state.runSeq);
  if (closeInterruptedRun(former, new Recorder({ log, secrets, logger })))
    logger.info("closed the run that was cut off");
  await log.sync();
  const digest = await caughtUpDigest(object.status?.agent, log);
  if (digest === undefined) return undefined;
  const promptDelivered = digest.promptDelivered || former.promptRecorded || state.runSeq > 0;
  return { ...digest, lastSeq: log.lastSeq, promptDelivered };
}

async function sendAll(
  pusher: TranscriptPusher,
  log: EventLog,
  longestStall: number,
  signal: AbortSignal,
): Promise<void> {
  for (let before = -1; before !== pusher.position;) {
    before = pusher.position;
    if (await pusher.flush(AbortSignal.any([signal, AbortSignal.timeout(longestStall)]))) return;
    signal.throwIfAborted();
  }
  throw new RunnerError(
    "NOT_READY",
    `the transcript store takes nothing: it has ${pusher.position} of ${log.lastSeq} events`,
  );
}

/** Of the repositories that the session has and that were cloned. */
function diffOf(
  { spec, metadata }: AgenticSession,
  { repositories }: RunnerState,
  paths: WorkspacePaths,
): ((signal: AbortSignal) => Promise<RepositoryDiff[]>) | undefined {
  const names = repositoryNames(spec.repos ?? []).filter((name) => name in repositories);
  if (names.length === 0) return undefined;
  const author = { name: "Pilothouse", email: `${metadata.name}@pilothouse.invalid` };
  // Nothing is fetched: there is no broker to ask for it.
  const git = new Git({ broker: { url: "http://127.0.0.1", token: "" }, hosts: [], author, home: paths.home });
  return async (signal) =>
    Promise.all(
      names.map(async (name) =>
        diffRepository(git, { name, path: `${paths.repositories}/${name}` }, repositories[name]?.base, signal),
      ),
    );
}

function statusOf({ status = {} }: AgenticSession, agent: AgentDigest | undefined): Record<string, unknown> {
  const transcript = { ...status.transcript, complete: true };
  return agent === undefined ? { transcript } : { agent: mergePatch(status.agent, agent), transcript };
}
