/**
 * One attempt of one session: puts the parts together, starts them in the order in which they need each other, and ends
 * them so that nothing is lost.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { EventType, type Event, type EventLog } from "@pilothouse/agui";
import type { AgenticSession, AgenticSessionSpec, ChildSession } from "@pilothouse/contracts/resources/agentic-session";
import type { BackgroundTask, RunnerFeedback, TaskOutput } from "@pilothouse/contracts/rest/agui";
import type { RepositoryDiff, RepositoryStatus, WorkflowMetadata } from "@pilothouse/contracts/rest/runner";
import type { CapabilitiesReport } from "@pilothouse/contracts/runner/capabilities";
import type { RunnerEnvironment } from "@pilothouse/contracts/runner/environment";
import { parseGitHosts } from "@pilothouse/contracts/runner/git-hosts";
import type { Logger } from "pino";
import type { z } from "zod";
import type { McpServerStatus, PlatformBridge } from "./bridges/bridge.ts";
import { endGracefully } from "./ending.ts";
import type { WorkspacePaths } from "./environment.ts";
import { messageOf, RunnerError } from "./errors.ts";
import type { Secrets } from "./events/redaction.ts";
import { RunnerMetrics } from "./metrics.ts";
import { openAttempt, type Opened } from "./opening.ts";
import { platformActions, type PlatformActions } from "./platform/actions.ts";
import { promptRunId } from "./runs/former-attempt.ts";
import { RunPositions } from "./runs/positions.ts";
import { Runs } from "./runs/runs.ts";
import { isWorkspaceRun, WORKSPACE, WorkspaceNews, workspaceRunId } from "./runs/workspace-news.ts";
import { Models } from "./session/model.ts";
import type { ProjectConfiguration } from "./session/project-configuration.ts";
import type { SessionClient } from "./session/session.ts";
import { SpecFollower } from "./session/spec-follower.ts";
import { toolServers, type ToolServers } from "./session/tool-servers.ts";
import { LastingApprovals } from "./state/lasting-approvals.ts";
import { SharedState } from "./state/shared-state.ts";
import type { Tracing } from "./tracing/tracing.ts";
import type { StateFile } from "./state/state-file.ts";
import { digestEvent, initialDigest, type DigestState } from "./status/digest.ts";
import { StatusReporter, type RunnerStatus } from "./status/reporter.ts";
import type { TranscriptClient } from "./transcript/client.ts";
import { TranscriptPusher } from "./transcript/pusher.ts";
import { BrokerUsage } from "./usage/usage.ts";
import type { WorkspaceFiles } from "./workspace/files.ts";
import { prepareRepositories } from "./workspace/prepare.ts";
import { Workspace } from "./workspace/workspace.ts";

const LOG_PATIENCE = 1000;
const PUSH_TIMEOUT = 60_000;
const DIFF_TIMEOUT = 30_000;
/** A tool server that hangs must not keep its panel from showing the others. */
const MCP_STATUS_TIMEOUT = 5000;

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
  readonly #tracing: Tracing;
  readonly #configuration: ProjectConfiguration;
  readonly #follower: SpecFollower;
  readonly #news: WorkspaceNews;
  #children: readonly ChildSession[];
  #digest: DigestState;
  #model: string | undefined;
  #notReady: string | undefined = "starting";
  #handedOver = false;
  #pushing: Promise<void> = Promise.resolve();

  /** Resolves when requests can be taken. The workspace and the framework may still be on their way: see {@link ready}. */
  static async start(environment: RunnerEnvironment, variables: NodeJS.ProcessEnv, logger: Logger): Promise<Runner> {
    return new Runner(await openAttempt(environment, variables, logger));
  }

  private constructor(start: Opened) {
    const { environment, logger, log, state, recorder, bridge, object, transcript, session } = start;
    this.#environment = environment;
    this.#logger = logger;
    this.#secrets = start.secrets;
    this.#configuration = start.projectConfiguration;
    this.#children = object.status?.children ?? [];
    this.threadId = environment.PILOTHOUSE_SESSION_UID;
    this.bridgeName = environment.RUNNER_TYPE;
    this.log = log;
    this.metrics = new RunnerMetrics();
    this.#digest = initialDigest(start.formerDigest, start.interrupts.length > 0);
    this.#setDigest({ lastSeq: log.lastSeq, promptDelivered: start.delivered });
    const broker = this.#broker;
    const usage = new BrokerUsage({
      ...broker,
      initial: object.status?.agent?.usage,
      initialTurns: state.current.modelTurns,
      onTurns: (modelTurns) => void state.update({ modelTurns }).catch((error: unknown) => this.#unsaved(error)),
      onProblem: (error) => logger.warn({ reason: messageOf(error) }, "the broker did not tell the usage"),
    });
    const reporter = new StatusReporter({
      patch: async (body, signal) => {
        // The status tells of no event that a crash could still take away; a disk that hangs does not silence it.
        await Promise.race([log.flush(), sleep(LOG_PATIENCE, undefined, { ref: false })]);
        return session.patchStatus(body, signal);
      },
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
    this.#tracing = start.tracing;
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
    const { signal } = this.#ending;
    this.#news = new WorkspaceNews({
      begin: async (until) => this.runs.beginAutonomousRun(WORKSPACE, until, workspaceRunId(this.newId())),
      read: () => workspace.news(),
      announce: (event) => this.runs.announce(event),
      isTaken: () => this.runs.activeRunId !== undefined || this.runs.interrupts.length > 0,
      newId: () => this.newId(),
      signal,
    });
    this.ready = this.#prepare(start);
    this.#follower = new SpecFollower({
      initial: object.spec,
      bridge,
      workspace,
      ready: this.ready,
      toolServers: (spec) => this.#toolServers(spec),
      onModel: (model) => this.#setDigest({ model }),
      onRepositories: (items) => this.#announce("repositories", { items }),
      onWorkflow: () => {
        this.#announce("workflow", workspace.workflow.metadata);
        this.#submitStartupPrompt(object);
      },
      signal: this.#ending.signal,
      logger,
    });
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
      owed: start.owed,
      waiting: start.waiting,
      left: start.left,
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
    void session.watch((now) => this.#onSession(now), signal);
    void this.#configuration.watch(() => this.#follower.projectChanged(), signal);
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
    const { bridge } = this.#parts;
    const clientTools = bridge.clientTools === "offered";
    return { ...bridge.report(), clientTools, tracing: this.#tracing.service };
  }

  /** Those that the framework has, then those that it was not given. */
  async mcpStatus(): Promise<McpServerStatus[]> {
    const { servers, withheld } = this.#toolServers(this.#follower.spec);
    const unknown = Object.keys(servers).map((name): McpServerStatus => ({ name, status: "pending", tools: [] }));
    const { promise, resolve } = Promise.withResolvers<McpServerStatus[]>();
    const timer = setTimeout(() => resolve(unknown), MCP_STATUS_TIMEOUT);
    try {
      return [...(await Promise.race([this.#parts.bridge.mcpStatus(), promise])), ...withheld];
    } finally {
      clearTimeout(timer);
    }
  }

  get workflow(): Omit<WorkflowMetadata, "live"> {
    return this.#parts.workspace.workflow.metadata;
  }

  tasks(): readonly BackgroundTask[] {
    const tasks = this.#parts.bridge.tasks?.() ?? [];
    return tasks.map((task) => ({ ...task, description: this.#secrets.redact(task.description) }));
  }

  /** @throws RunnerError NOT_FOUND */
  async stopTask(id: string): Promise<void> {
    const { bridge } = this.#parts;
    if (bridge.stopTask === undefined) throw new RunnerError("NOT_FOUND", `there is no task ${id}`);
    await bridge.stopTask(id);
  }

  /** @throws RunnerError NOT_FOUND */
  async taskOutput(id: string): Promise<TaskOutput> {
    const { bridge } = this.#parts;
    if (bridge.taskOutput === undefined) throw new RunnerError("NOT_FOUND", `there is no task ${id}`);
    const answer = await bridge.taskOutput(id);
    return { ...answer, output: this.#secrets.redact(answer.output) };
  }

  feedback(feedback: RunnerFeedback): void {
    this.#tracing.feedback(feedback);
    this.#parts.bridge.feedback?.(feedback);
  }

  /** Tells that requests are taken from now on. */
  listening(): void {
    this.#notReady = undefined;
  }

  /** The graceful end, within the pod's grace period. Safe to call once. */
  async stop(): Promise<void> {
    this.#notReady = "stopping";
    this.#ending.abort();
    await endGracefully(
      {
        ...this.#parts,
        runs: this.runs,
        log: this.log,
        tracing: this.#tracing,
        logger: this.#logger,
        pushing: async () => this.#pushing,
        onHandedOver: () => (this.#handedOver = true),
      },
      this.#environment.PILOTHOUSE_GRACE_SECONDS,
    );
  }

  get #broker(): { url: string; token: string } {
    return { url: this.#environment.PILOTHOUSE_BROKER_URL, token: this.#environment.PILOTHOUSE_BROKER_TOKEN };
  }

  #toolServers(spec: AgenticSessionSpec): ToolServers {
    return toolServers(this.#configuration.mcpServers, spec, this.#broker);
  }

  async #prepare({ object, paths, formerConversation }: Opened): Promise<void> {
    const { workspace, bridge, usage, state } = this.#parts;
    const usageKnown = usage.start();
    const tracingKnown = this.#tracing.open();
    await workspace.prepareFolders();
    await this.#news.during(
      Promise.all([
        prepareRepositories(workspace.repositories, object.spec.repos ?? [], this.#logger, this.#ending.signal),
        workspace.workflow.reconcile(object.spec.activeWorkflow, this.#ending.signal),
      ]),
    );
    const { servers } = this.#toolServers(object.spec);
    this.#follower.startedWith(servers);
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
      mcpServers: servers,
      broker: this.#broker,
      gitEnvironment: workspace.gitEnvironment,
      get workflow() {
        return workspace.workflow.loaded;
      },
      formerConversation,
      platform: this.#actions(paths),
      recordingsDirectory: this.#environment.PILOTHOUSE_RECORDINGS_DIR,
      frameworkSessionId: state.current.frameworkSessionId,
      rememberFrameworkSession: async (id) => {
        await state.update({ frameworkSessionId: id });
        this.#setDigest({ sessionId: id });
      },
      sharedState: this.#sharedState,
      approvals: new LastingApprovals({
        initial: state.current.approvals,
        save: (approvals) => void state.update({ approvals }).catch((error: unknown) => this.#unsaved(error)),
      }),
      beginAutonomousRun: async (reason, signal) => this.runs.beginAutonomousRun(reason, signal),
      redact: (text) => this.#secrets.redact(text),
      logger: this.#logger,
    });
    await usageKnown;
    await tracingKnown;
    if (!this.#digest.digest.promptDelivered) this.#submitStartupPrompt(object);
  }

  #actions(paths: WorkspacePaths): PlatformActions {
    return platformActions({
      paths,
      setDigest: (change) => this.#setDigest(change),
      announce: (event) => this.runs.announce(event),
      children: () => this.#children,
    });
  }

  /** Tells in the transcript what has become of the workspace: in the present run, or in the next. */
  #announce(name: string, value: unknown): void {
    const event: Event = { type: EventType.CUSTOM, name, value: structuredClone(value) };
    this.runs.announce(event);
  }

  #unsaved(error: unknown): void {
    this.#logger.warn({ reason: messageOf(error) }, "a fact for the next attempt was not saved");
  }

  #submitPrompt(object: AgenticSession): void {
    this.#submitFirst(object, object.spec.initialPrompt ?? "");
  }

  /** What the workflow begins with, in a session that has no prompt of its own and has not begun. */
  #submitStartupPrompt(object: AgenticSession): void {
    if ((object.spec.initialPrompt ?? "").trim() !== "" || this.#digest.digest.promptDelivered) return;
    const { activeRunId } = this.runs;
    if (this.#digest.digest.turns > 0 || (activeRunId !== undefined && !isWorkspaceRun(activeRunId))) return;
    this.#submitFirst(object, this.#parts.workspace.workflow.loaded?.startupPrompt ?? "");
  }

  #submitFirst(object: AgenticSession, content: string): void {
    if (content.trim() === "") return;
    const user = object.spec.userContext;
    const sender =
      user === undefined ? undefined : { userId: user.userId, displayName: user.displayName ?? user.userId };
    const runId = promptRunId(this.threadId);
    const messages = [{ id: `${runId}-message`, role: "user" as const, content }];
    const input = { threadId: this.threadId, runId, messages, tools: [], context: [] };
    // The spec has it as well: a disk that does not take it loses nothing.
    void this.runs.submit(input, sender).catch((error: unknown) => {
      this.#logger.warn({ reason: messageOf(error) }, "the first prompt was not taken");
    });
  }

  #onSession(object: AgenticSession): void {
    this.#children = object.status?.children ?? [];
    this.#follower.see(object);
  }

  #afterRun(): void {
    const { usage, workspace, reporter } = this.#parts;
    if (usage.totals !== undefined) this.#setDigest({ usage: usage.totals });
    if (usage.budgetExceeded !== undefined) this.#setDigest({ budgetExceeded: usage.budgetExceeded });
    reporter.touch();
    this.#pushing = workspace.repositories.push(AbortSignal.timeout(PUSH_TIMEOUT)).then((failures) => {
      for (const failure of failures) this.#logger.warn({ failure }, "the working branch was not pushed");
      const words = failures.map((failure) => `The working branch was not pushed. ${failure}`).join("\n");
      return this.#news.say("push", words === "" ? undefined : words);
    });
  }

  #setDigest(change: Partial<DigestState["digest"]>): void {
    this.#digest = { ...this.#digest, digest: { ...this.#digest.digest, ...change } };
    this.#parts?.reporter.touch();
  }

  #status(): RunnerStatus {
    const repos = this.#parts.workspace.repositories.states;
    const workflow = this.#parts.workspace.workflow.status;
    return {
      agent: this.#digest.digest,
      ...(this.#handedOver ? { transcript: { attempt: this.#environment.PILOTHOUSE_ATTEMPT, complete: true } } : {}),
      // What a former attempt said of repositories and a workflow that are gone is taken back.
      reconciledRepos: repos.length === 0 ? null : repos,
      reconciledWorkflow: workflow ?? null,
    };
  }
}
