/** How an attempt begins: opens what a former one left, and finds out where the session stands. */
import { randomUUID } from "node:crypto";
import type { EventLog } from "@pilothouse/agui";
import type { AgentDigest, AgenticSession } from "@pilothouse/contracts/resources/agentic-session";
import type { RunnerEnvironment } from "@pilothouse/contracts/runner/environment";
import type { Interrupt } from "@ag-ui/core";
import { tokenFromFile } from "@pilothouse/kubernetes/config/token-source";
import type { Logger } from "pino";
import type { PlatformBridge } from "./bridges/bridge.ts";
import { loadBridge } from "./bridges/index.ts";
import { workspacePaths, type WorkspacePaths } from "./environment.ts";
import { messageOf } from "./errors.ts";
import { openLog } from "./events/open-log.ts";
import { Recorder } from "./events/recorder.ts";
import { Secrets } from "./events/redaction.ts";
import { closeInterruptedRun, CUT_OFF_END, readFormerAttempt, tellForgotten } from "./runs/former-attempt.ts";
import { WaitingRuns, type WaitingRun } from "./runs/waiting.ts";
import { formerConversation } from "./session/former-conversation.ts";
import { ProjectConfiguration } from "./session/project-configuration.ts";
import { openSession } from "./session/open-session.ts";
import type { SessionClient } from "./session/session.ts";
import { watchedToken } from "./session/watched-token.ts";
import { StateFile } from "./state/state-file.ts";
import { caughtUpDigest } from "./status/catch-up.ts";
import { Tracing } from "./tracing/tracing.ts";
import { TranscriptClient } from "./transcript/client.ts";

export interface Opened {
  readonly environment: RunnerEnvironment;
  readonly logger: Logger;
  readonly paths: WorkspacePaths;
  readonly secrets: Secrets;
  readonly session: SessionClient;
  readonly transcript: TranscriptClient;
  readonly log: EventLog;
  readonly state: StateFile;
  readonly recorder: Recorder;
  readonly bridge: PlatformBridge;
  readonly object: AgenticSession;
  /** Follows the recorder; still to be opened. */
  readonly tracing: Tracing;
  readonly projectConfiguration: ProjectConfiguration;
  /** The digest of a former attempt, with what its log tells beyond it. */
  readonly formerDigest: AgentDigest | undefined;
  /** What was said before the framework can remember, as text for its prompt. */
  readonly formerConversation: string | undefined;
  /** Up to where the transcript store has events; undefined = it did not say. */
  readonly position: number | undefined;
  /** Whether the first prompt was delivered. */
  readonly delivered: boolean;
  /** Questions that a former attempt left unanswered. */
  readonly interrupts: readonly Interrupt[];
  /** Calls whose results the client owes since a former attempt. */
  readonly owed: readonly string[];
  readonly waiting: WaitingRuns;
  /** What a former attempt accepted and did not begin. */
  readonly left: readonly WaitingRun[];
}

/** Set in the agent registry alone: a session's own variables may not begin so. */
const TRACING_CONTENT = "PILOTHOUSE_TRACING_CONTENT";

/** @throws RunnerError SESSION_UNREADABLE, BRIDGE_UNKNOWN, ENVIRONMENT_INVALID */
export async function openAttempt(
  environment: RunnerEnvironment,
  variables: NodeJS.ProcessEnv,
  logger: Logger,
): Promise<Opened> {
  const paths = workspacePaths(environment.PILOTHOUSE_WORKSPACE_DIR);
  const secrets = new Secrets();
  secrets.add(environment.PILOTHOUSE_BROKER_TOKEN);
  const token = watchedToken(tokenFromFile(environment.PILOTHOUSE_TOKEN_FILE), secrets);
  const bridgeLoading = loadBridge(environment.RUNNER_TYPE);
  // Awaited below; what fails first is told first.
  bridgeLoading.catch(() => undefined);
  const session = await openSession(environment, variables, token, logger);
  const transcript = new TranscriptClient({
    backendUrl: environment.PILOTHOUSE_BACKEND_URL,
    sessionUid: environment.PILOTHOUSE_SESSION_UID,
    token,
  });
  const projectConfiguration = new ProjectConfiguration({
    directory: environment.PILOTHOUSE_PROJECT_CONFIGURATION_DIR,
    logger,
  });
  const { signal } = new AbortController();
  const [object, log, state, position, bridge] = await Promise.all([
    session.read(signal).then(async (read) => {
      await session.recordOpening(read, environment.PILOTHOUSE_ATTEMPT, signal);
      return read;
    }),
    openLog(paths.events, logger),
    StateFile.open(paths.stateFile, (error) => logger.warn({ reason: messageOf(error) }, "the state file was ignored")),
    storedPosition(transcript, logger),
    bridgeLoading,
    projectConfiguration.read(),
  ]);
  // A clone with history, or a lost volume.
  const isMissing = log.lastSeq === 0 && (position ?? 0) > 0;
  const conversation = await formerConversation({ folder: paths.platform, transcript, isMissing, logger });
  if (position !== undefined && position > log.lastSeq) {
    logger.warn(
      { store: position, log: log.lastSeq },
      "the log on disk is behind the transcript: numbering goes on after it",
    );
    await log.skipTo(position);
  }
  const former = await readFormerAttempt(log, environment.PILOTHOUSE_SESSION_UID, state.current.runSeq);
  const recorder = new Recorder({ log, secrets, logger });
  if (closeInterruptedRun(former, recorder)) logger.info("closed the run that the former attempt left open");
  const formerDigest = await caughtUpDigest(object.status?.agent, log);
  const remembers = bridge.remembers ?? bridge.capabilities().sessionPersistence;
  if (!remembers && log.lastSeq > 0 && !conversation.isNew)
    tellForgotten(recorder, environment.PILOTHOUSE_SESSION_UID, bridge.capabilities().framework, randomUUID);
  const { waiting, left } = await openWaitingRuns(paths, [...state.current.runIds, ...former.runIds], logger);
  const waitingMessages = left.flatMap(({ request }) => request.messages.map(({ id }) => id));
  const seen = new Set([...state.current.messageIds, ...former.messageIds, ...waitingMessages]);
  // The run may have been closed by somebody else already, and its trace sent by an attempt that began no other.
  const cutOff = former.cutOff?.runId === state.current.tracedCutOff ? undefined : former.cutOff;
  await state.update({
    ...(cutOff === undefined ? {} : { tracedCutOff: cutOff.runId }),
    messageIds: [...seen],
    runIds: [...new Set([...state.current.runIds, ...former.runIds])],
  });
  const tracing = new Tracing({
    supported: bridge.capabilities().supportedTracing,
    broker: { url: environment.PILOTHOUSE_BROKER_URL, token: environment.PILOTHOUSE_BROKER_TOKEN },
    sessionName: object.metadata.name,
    project: environment.PILOTHOUSE_PROJECT,
    threadId: environment.PILOTHOUSE_SESSION_UID,
    content: variables[TRACING_CONTENT],
    cutOff: cutOff === undefined ? undefined : { run: cutOff, end: CUT_OFF_END },
    logger,
  });
  recorder.listen((event) => tracing.see(event));
  const delivered =
    object.status?.agent?.promptDelivered === true ||
    former.promptRecorded ||
    state.current.runSeq > 0 ||
    // A conversation that began elsewhere does not begin again with a workflow's first words.
    (object.spec.initialPrompt === undefined && (isMissing || conversation.text !== undefined));
  return {
    environment,
    logger,
    paths,
    secrets,
    session,
    transcript,
    log,
    state,
    recorder,
    bridge,
    object,
    tracing,
    projectConfiguration,
    formerDigest,
    formerConversation: conversation.text,
    position,
    delivered,
    // A framework that has forgotten its question cannot take the answer.
    interrupts: remembers ? former.interrupts : [],
    owed: remembers ? former.owed : [],
    waiting,
    left,
  };
}

/** Of what waited, that which has not begun: the log may have a start that its file outlived. */
async function openWaitingRuns(
  paths: WorkspacePaths,
  begun: readonly string[],
  logger: Logger,
): Promise<{ waiting: WaitingRuns; left: readonly WaitingRun[] }> {
  const { waiting, left } = await WaitingRuns.open(paths.waitingRuns, (error) =>
    logger.error({ reason: messageOf(error) }, "a run that waited cannot be read"),
  );
  const known = new Set(begun);
  for (const { request } of left) if (known.has(request.runId)) await waiting.remove(request.runId);
  return { waiting, left: left.filter(({ request }) => !known.has(request.runId)) };
}

/** Up to where the store has events. A store that does not answer must not hold up the start for long. */
async function storedPosition(transcript: TranscriptClient, logger: Logger): Promise<number | undefined> {
  try {
    return (await transcript.position(AbortSignal.timeout(3000))).lastSeq;
  } catch (error) {
    logger.warn({ reason: messageOf(error) }, "the transcript store did not answer at start");
    return undefined;
  }
}
