/**
 * One attempt of one session: puts the parts together, starts them in the order in which they need each other, and ends
 * them so that nothing is lost.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { EventType, type EventLog } from "@pilothouse/agui";
import type { AgentDigest, AgenticSession, AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import type { RepositoryDiff, RepositoryStatus } from "@pilothouse/contracts/rest/runner";
import type { CapabilitiesReport } from "@pilothouse/contracts/runner/capabilities";
import type { RunnerEnvironment } from "@pilothouse/contracts/runner/environment";
import { parseGitHosts } from "@pilothouse/contracts/runner/git-hosts";
import type { Interrupt } from "@ag-ui/core";
import { tokenFromFile } from "@pilothouse/kubernetes/config/token-source";
import type { Logger } from "pino";
import type { z } from "zod";
import { archiveWorkspace } from "./archive.ts";
import type { McpServerStatus, PlatformBridge } from "./bridges/bridge.ts";
import { loadBridge } from "./bridges/index.ts";
import { kubernetesApiUrl, workspacePaths, type WorkspacePaths } from "./environment.ts";
import { messageOf } from "./errors.ts";
import { Recorder } from "./events/recorder.ts";
import { Secrets } from "./events/redaction.ts";
import { RunnerMetrics } from "./metrics.ts";
import { openLog, storedPosition, watchedToken } from "./opening.ts";
import { closeInterruptedRun, promptRunId, readFormerAttempt, tellForgotten } from "./runs/former-attempt.ts";
import { RunPositions } from "./runs/positions.ts";
import { Runs } from "./runs/runs.ts";
import { effectiveServers, specDifferences, type SpecDifference } from "./session/changes.ts";
import { Models } from "./session/model.ts";
import { SessionClient } from "./session/session.ts";
import { SharedState } from "./state/shared-state.ts";
import { StateFile } from "./state/state-file.ts";
import { caughtUpDigest } from "./status/catch-up.ts";
import { digestEvent, initialDigest, type DigestState } from "./status/digest.ts";
import { StatusReporter, type RunnerStatus } from "./status/reporter.ts";
import { TranscriptClient } from "./transcript/client.ts";
import { TranscriptPusher } from "./transcript/pusher.ts";
import { BrokerUsage } from "./usage/usage.ts";
import type { WorkspaceFiles } from "./workspace/files.ts";
import { prepareRepositories } from "./workspace/prepare.ts";
import { Workspace } from "./workspace/workspace.ts";

const PUSH_TIMEOUT = 60_000;
const DIFF_TIMEOUT = 30_000;

interface Parts {
  readonly session: SessionClient;
  readonly bridge: PlatformBridge;
  readonly state: StateFile;
  readonly workspace: Workspace;
  readonly usage: BrokerUsage;
  readonly transcript: TranscriptClient;
  readonly pusher: TranscriptPusher;
  readonly reporter: StatusReporter;
}

export class Runner {
  readonly threadId: string;
  readonly bridgeName: string;
  readonly metrics: RunnerMetrics;
  readonly log: EventLog;
  readonly runs: Runs;
  /** Rejects when the session cannot work: the process ends then. */
  readonly ready: Promise<void>;
  readonly #environment: RunnerEnvironment;
  readonly #logger: Logger;
  readonly #parts: Parts;
  readonly #positions = new RunPositions();
  readonly #ending = new AbortController();
  readonly #secrets: Secrets;
  readonly #sharedState: SharedState;
  #spec: AgenticSessionSpec;
  #digest: DigestState;
  #model: string | undefined;
  #notReady: string | undefined = "starting";
  #changing: Promise<void> = Promise.resolve();
  #pushing: Promise<void> = Promise.resolve();

  /** Resolves when requests can be taken. The workspace and the framework may still be on their way: see {@link ready}. */
  static async start(environment: RunnerEnvironment, variables: NodeJS.ProcessEnv, logger: Logger): Promise<Runner> {
    const paths = workspacePaths(environment.PILOTHOUSE_WORKSPACE_DIR);
    const secrets = new Secrets();
    secrets.add(environment.PILOTHOUSE_BROKER_TOKEN);
    const token = watchedToken(tokenFromFile(environment.PILOTHOUSE_TOKEN_FILE), secrets);
    const bridgeLoading = loadBridge(environment.RUNNER_TYPE);
    // Awaited below; what fails first is told first.
    bridgeLoading.catch(() => undefined);
    const session = await SessionClient.open({
      apiUrl: kubernetesApiUrl(environment, variables),
      certificateAuthorityFile: environment.PILOTHOUSE_CA_FILE,
      token,
      project: environment.PILOTHOUSE_PROJECT,
      name: environment.PILOTHOUSE_SESSION_NAME,
      uid: environment.PILOTHOUSE_SESSION_UID,
      logger,
    });
    const transcript = new TranscriptClient({
      backendUrl: environment.PILOTHOUSE_BACKEND_URL,
      sessionUid: environment.PILOTHOUSE_SESSION_UID,
      token,
    });
    const [object, log, state, position, bridge] = await Promise.all([
      session.read(new AbortController().signal),
      openLog(paths, logger),
      StateFile.open(paths.stateFile, (error) =>
        logger.warn({ reason: messageOf(error) }, "the state file was ignored"),
      ),
      storedPosition(transcript, logger),
      bridgeLoading,
    ]);
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
    if (!remembers && log.lastSeq > 0)
      tellForgotten(recorder, environment.PILOTHOUSE_SESSION_UID, bridge.capabilities().framework, randomUUID);
    const seen = new Set([...state.current.messageIds, ...former.messageIds]);
    await state.update({ messageIds: [...seen] });
    const delivered =
      object.status?.agent?.promptDelivered === true || former.promptRecorded || state.current.runSeq > 0;
    return new Runner({
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
      formerDigest,
      position,
      delivered,
      // A framework that has forgotten its question cannot take the answer.
      interrupts: remembers ? former.interrupts : [],
    });
  }

  private constructor(start: {
    environment: RunnerEnvironment;
    logger: Logger;
    paths: WorkspacePaths;
    secrets: Secrets;
    session: SessionClient;
    transcript: TranscriptClient;
    log: EventLog;
    state: StateFile;
    recorder: Recorder;
    bridge: PlatformBridge;
    object: AgenticSession;
    formerDigest: AgentDigest | undefined;
    position: number | undefined;
    delivered: boolean;
    interrupts: readonly Interrupt[];
  }) {
    const { environment, logger, log, state, recorder, bridge, object, transcript, session } = start;
    this.#environment = environment;
    this.#logger = logger;
    this.#secrets = start.secrets;
    this.#spec = object.spec;
    this.threadId = environment.PILOTHOUSE_SESSION_UID;
    this.bridgeName = environment.RUNNER_TYPE;
    this.log = log;
    this.metrics = new RunnerMetrics();
    this.#digest = initialDigest(start.formerDigest, start.interrupts.length > 0);
    this.#setDigest({ lastSeq: log.lastSeq, promptDelivered: start.delivered });
    const broker = { url: environment.PILOTHOUSE_BROKER_URL, token: environment.PILOTHOUSE_BROKER_TOKEN };
    const usage = new BrokerUsage({
      ...broker,
      initial: object.status?.agent?.usage,
      onProblem: (error) => logger.warn({ reason: messageOf(error) }, "the broker did not tell the usage"),
    });
    const reporter = new StatusReporter({
      patch: async (body, signal) => session.patchStatus(body, signal),
      read: () => this.#status(),
      logger,
    });
    const workspace = new Workspace({
      paths: start.paths,
      session: object,
      broker,
      gitHosts: parseGitHosts(environment.PILOTHOUSE_GIT_HOSTS).hosts,
      state,
      logger,
      onChange: () => reporter.touch(),
    });
    const pusher = new TranscriptPusher({ log, client: transcript, logger });
    this.#parts = { session, bridge, state, workspace, usage, transcript, pusher, reporter };
    recorder.listen((event, seq) => {
      this.#digest = digestEvent(this.#digest, event, seq);
      this.#positions.see(event, seq);
      if (event.type === EventType.RUN_STARTED && event.runId === promptRunId(this.threadId))
        this.#setDigest({ promptDelivered: true });
      reporter.touch();
    });
    this.#sharedState = new SharedState({
      initial: state.current.sharedState,
      save: (sharedState) => void state.update({ sharedState }).catch((error: unknown) => this.#unsaved(error)),
    });
    this.ready = this.#prepare(object, start.paths);
    this.runs = new Runs({
      threadId: this.threadId,
      bridge,
      log,
      recorder,
      state,
      usage,
      logger,
      newId: () => this.newId(),
      sharedState: this.#sharedState,
      interrupts: start.interrupts,
      ready: this.ready,
      onRunEnded: (outcome, seconds) => {
        this.metrics.runEnded(outcome.type, seconds);
        this.#afterRun();
      },
    });
    this.metrics.observe(log, pusher);
    pusher.start(start.position ?? 0);
    reporter.start();
    reporter.touch();
    if (!start.delivered) this.#submitPrompt(object);
    void session.watch((state_) => this.#onSpec(state_), this.#ending.signal);
  }

  newId(): string {
    return randomUUID();
  }

  /** Why `/ready` says no; undefined when it says yes. */
  get notReadyBecause(): string | undefined {
    return this.#notReady;
  }

  /** The number after which a run's events are, once it has begun; `fallback` while it has not. */
  async startOfRun(runId: string, fallback: number): Promise<number> {
    return this.#positions.before(runId) ?? fallback;
  }

  async files(): Promise<WorkspaceFiles> {
    return this.#parts.workspace.files();
  }

  async diff(repository: string | undefined): Promise<RepositoryDiff[]> {
    return this.#parts.workspace.diff(repository, AbortSignal.timeout(DIFF_TIMEOUT));
  }

  async repositoriesStatus(): Promise<z.infer<typeof RepositoryStatus>[]> {
    return this.#parts.workspace.status(AbortSignal.timeout(DIFF_TIMEOUT));
  }

  capabilities(): CapabilitiesReport {
    return this.#parts.bridge.report();
  }

  async mcpStatus(): Promise<McpServerStatus[]> {
    return this.#parts.bridge.mcpStatus();
  }

  /** Tells that requests are taken from now on. */
  listening(): void {
    this.#notReady = undefined;
  }

  /** The graceful end, within the pod's grace period. Safe to call once. */
  async stop(): Promise<void> {
    const { bridge, pusher, reporter, session, transcript, workspace } = this.#parts;
    const deadline = Date.now() + this.#environment.PILOTHOUSE_GRACE_SECONDS * 1000 * 0.9;
    const within = (share: number): number => Math.max(500, Math.round((deadline - Date.now()) * share));
    this.#notReady = "stopping";
    this.#ending.abort();
    // One part that fails must not keep the others from saving what they have.
    const step = async (what: string, work: () => Promise<unknown>): Promise<void> => {
      try {
        await work();
      } catch (error) {
        this.#logger.warn({ what, reason: messageOf(error) }, "a step of the graceful end failed");
      }
    };
    await step("runs", async () => this.runs.stop(Math.min(5000, within(0.3))));
    await step("bridge", async () => bridge.stop());
    await step("log", async () => this.log.sync());
    await step("push", async () => Promise.race([this.#pushing, sleep(within(0.4), undefined, { ref: false })]));
    const archiving = AbortSignal.timeout(within(0.5));
    await step("archive", async () =>
      archiveWorkspace({ workspace, transcript, signal: archiving, logger: this.#logger }),
    );
    await step("transcript", async () => {
      const complete = await pusher.flush(AbortSignal.timeout(within(0.7)));
      const position = { store: pusher.position, log: this.log.lastSeq };
      if (!complete) this.#logger.warn(position, "the transcript is not complete: the next attempt sends the rest");
      await pusher.stop();
    });
    await step("status", async () => reporter.stop(within(0.7)));
    await step("log", async () => this.log.close());
    await step("connections", async () => session.close());
  }

  async #prepare(object: AgenticSession, paths: WorkspacePaths): Promise<void> {
    const { workspace, bridge, usage, state } = this.#parts;
    const usageKnown = usage.start();
    await workspace.prepareFolders();
    await prepareRepositories(workspace.repositories, object.spec.repos ?? [], this.#logger, this.#ending.signal);
    const models = await Models.read(this.#environment.PILOTHOUSE_CONFIGURATION_DIR, this.#logger);
    this.#model = models.modelOf(object.spec, bridge.anyProvider === true ? "any" : bridge.capabilities().provider);
    if (this.#model !== undefined) this.#setDigest({ model: this.#model });
    await bridge.start({
      sessionName: object.metadata.name,
      project: this.#environment.PILOTHOUSE_PROJECT,
      threadId: this.threadId,
      spec: object.spec,
      paths,
      workingDirectory: workspace.workingDirectory,
      directories: workspace.repositories.places.map((place) => place.path),
      model: this.#model,
      providerOfModel: (model) => models.providerOf(model),
      mcpServers: effectiveServers(object.spec),
      broker: { url: this.#environment.PILOTHOUSE_BROKER_URL, token: this.#environment.PILOTHOUSE_BROKER_TOKEN },
      gitEnvironment: workspace.gitEnvironment,
      recordingsDirectory: this.#environment.PILOTHOUSE_RECORDINGS_DIR,
      frameworkSessionId: state.current.frameworkSessionId,
      rememberFrameworkSession: async (id) => {
        await state.update({ frameworkSessionId: id });
        this.#setDigest({ sessionId: id });
      },
      sharedState: this.#sharedState,
      beginAutonomousRun: async (reason, signal) => this.runs.beginAutonomousRun(reason, signal),
      redact: (text) => this.#secrets.redact(text),
      logger: this.#logger,
    });
    await usageKnown;
  }

  #unsaved(error: unknown): void {
    this.#logger.warn({ reason: messageOf(error) }, "the shared state was not saved");
  }

  #submitPrompt(object: AgenticSession): void {
    const content = object.spec.initialPrompt ?? "";
    if (content.trim() === "") return;
    const user = object.spec.userContext;
    const sender =
      user === undefined ? undefined : { userId: user.userId, displayName: user.displayName ?? user.userId };
    const runId = promptRunId(this.threadId);
    const messages = [{ id: `${runId}-message`, role: "user" as const, content }];
    this.runs.submit({ threadId: this.threadId, runId, messages, tools: [], context: [] }, sender);
  }

  #onSpec(object: AgenticSession): void {
    const differences = specDifferences(this.#spec, object.spec);
    this.#spec = object.spec;
    for (const difference of differences) {
      this.#changing = this.#changing
        .then(async () => this.#apply(difference))
        .catch((error: unknown) =>
          this.#logger.warn(
            { change: difference.type, reason: messageOf(error) },
            "a change of the spec was not applied",
          ),
        );
    }
  }

  async #apply(difference: SpecDifference): Promise<void> {
    await this.ready;
    const { bridge, workspace } = this.#parts;
    this.#logger.info({ change: difference.type }, "the session's spec has changed");
    switch (difference.type) {
      case "model":
        await bridge.applyChange(difference);
        if (difference.model !== undefined) this.#setDigest({ model: difference.model });
        return;
      case "repos": {
        await workspace.repositories.reconcile(difference.repos, this.#ending.signal);
        const directories = workspace.repositories.places.map((place) => place.path);
        return bridge.applyChange({ type: "repositories", workingDirectory: workspace.workingDirectory, directories });
      }
      case "workflow":
        return bridge.applyChange({ type: "workflow", workflow: difference.workflow });
      default:
        return bridge.applyChange(difference);
    }
  }

  #afterRun(): void {
    const { usage, workspace, reporter } = this.#parts;
    if (usage.totals !== undefined) this.#setDigest({ usage: usage.totals });
    if (usage.budgetExceeded !== undefined) this.#setDigest({ budgetExceeded: usage.budgetExceeded });
    reporter.touch();
    this.#pushing = workspace.repositories.push(AbortSignal.timeout(PUSH_TIMEOUT)).then((failures) => {
      for (const failure of failures) this.#logger.warn({ failure }, "the working branch was not pushed");
    });
  }

  #setDigest(change: Partial<DigestState["digest"]>): void {
    this.#digest = { ...this.#digest, digest: { ...this.#digest.digest, ...change } };
    this.#parts?.reporter.touch();
  }

  #status(): RunnerStatus {
    const repos = this.#parts.workspace.repositories.states;
    return { agent: this.#digest.digest, ...(repos.length === 0 ? {} : { reconciledRepos: repos }) };
  }
}
