/** A framework's session as the suite needs it: the real broker before a simulated model, the real runner, an AG-UI client. */
import { startModelSimulator, type ModelSimulator } from "@pilothouse/model-simulator";
import { AgentClient } from "../support/agent-client.ts";
import { BrokerProcess } from "../support/broker-process.ts";
import { Platform, type TestSession } from "../support/platform.ts";
import { RunnerProcess } from "../support/runner-process.ts";
import type { Framework } from "./frameworks.ts";
import { conformanceScript } from "./script.ts";

/** What the model providers take as key. */
export const PROVIDER_KEY = "sk-ant-canary-0123456789abcdefghij";

export interface Started {
  readonly runner: RunnerProcess;
  readonly session: TestSession;
  readonly client: AgentClient;
  readonly broker: BrokerProcess;
  readonly end: () => Promise<void>;
}

/** More environment for the two processes, and secrets of the project's integrations. */
export interface Surroundings {
  readonly broker?: Record<string, string>;
  readonly runner?: Record<string, string>;
  readonly integrationSecrets?: Record<string, string>;
  /** Called as the runner's process is about to start. */
  readonly beforeRunner?: () => void;
}

export class Stage {
  readonly platform: Platform;
  readonly model: ModelSimulator;
  readonly #framework: Framework;
  readonly #started = new Set<() => Promise<void>>();
  #count = 0;

  private constructor(platform: Platform, model: ModelSimulator, framework: Framework) {
    this.platform = platform;
    this.model = model;
    this.#framework = framework;
  }

  static async open(framework: Framework, script = conformanceScript(framework.dialect)): Promise<Stage> {
    const model = await startModelSimulator({ script, apiKeys: [PROVIDER_KEY] });
    return new Stage(await Platform.start(), model, framework);
  }

  async start(spec: Record<string, unknown> = {}, of?: TestSession, also: Surroundings = {}): Promise<Started> {
    const { runnerType, model } = this.#framework;
    const name = `${runnerType}-${++this.#count}`;
    const session = of ?? (await this.platform.createSession(name, { llmSettings: { model }, ...spec }));
    const broker = await BrokerProcess.start(
      session,
      this.model.url,
      PROVIDER_KEY,
      also.broker,
      also.integrationSecrets,
    );
    const stopBroker = async (): Promise<void> => broker.stop();
    this.#started.add(stopBroker);
    also.beforeRunner?.();
    const runner = await RunnerProcess.start(this.platform, session, {
      RUNNER_TYPE: runnerType,
      PILOTHOUSE_BROKER_URL: broker.url,
      PILOTHOUSE_BROKER_TOKEN: broker.token,
      ...also.runner,
    });
    const client = new AgentClient(this.platform, session, runner);
    const end = async (): Promise<void> => {
      if (!this.#started.delete(end)) return;
      runner.kill("SIGKILL");
      await runner.exited;
      await broker.stop();
    };
    this.#started.delete(stopBroker);
    this.#started.add(end);
    return { runner, session, client, broker, end };
  }

  /** Ends the sessions that are still running. */
  async endAll(): Promise<void> {
    for (const end of this.#started) await end();
  }

  async close(): Promise<void> {
    await this.endAll();
    await this.model.stop();
    await this.platform.stop();
  }
}

/** Number of the newest event. */
export async function lastSeq(runner: RunnerProcess): Promise<number> {
  const text = await (await runner.request("GET", "/metrics")).text();
  return Number(/^pilothouse_runner_last_seq (\d+)/m.exec(text)?.[1] ?? 0);
}
