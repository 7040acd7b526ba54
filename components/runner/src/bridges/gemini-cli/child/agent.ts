/** Gemini CLI's core with one conversation, taken turn by turn. */
import {
  coreEvents,
  CoreEvent,
  DiscoveredMCPTool,
  getMCPServerStatus,
  LegacyAgentSession,
  VALID_GEMINI_MODELS,
  type Config,
} from "@google/gemini-cli-core";
import type { FromChild, History, Part, StartOptions, Told, ToolAnswer, ToolDefinition } from "../protocol.ts";
import { letThrough } from "./approvals.ts";
import { openConfiguration } from "./configuration.ts";
import { approvalModeOf } from "./policy.ts";
import { unfinishedTurn } from "../unfinished-turn.ts";
import { Refusals } from "./refusals.ts";
import { SessionTools } from "./session-tools.ts";
import { toldOf } from "./told.ts";
import { ToolOutputs } from "./tool-outputs.ts";

type McpServers = Extract<FromChild, { type: "mcpStatus" }>["servers"];

export class Agent {
  readonly #config: Config;
  readonly #outputs: ToolOutputs;
  readonly #servers: readonly string[];
  readonly #tools: SessionTools;
  readonly #refusals: Refusals;
  #session: LegacyAgentSession | undefined;

  private constructor(config: Config, servers: readonly string[], tools: SessionTools) {
    this.#config = config;
    this.#tools = tools;
    this.#servers = servers;
    this.#outputs = new ToolOutputs(config);
    this.#refusals = new Refusals(config);
    letThrough(config);
  }

  /** @param ask takes a call of a tool that the bridge carries out */
  static async open(
    options: StartOptions,
    ask: (call: { id: string; name: string; args: Record<string, unknown> }) => void,
  ): Promise<Agent> {
    const config = await openConfiguration(options);
    if (options.history.length > 0) await config.getGeminiClient().resumeChat(options.history);
    const tools = new SessionTools(config, ask);
    await tools.register(options.tools);
    return new Agent(config, Object.keys(options.mcpServers), tools);
  }

  async offer(tools: readonly ToolDefinition[]): Promise<void> {
    await this.#tools.offer(tools);
  }

  answerTool(id: string, answer: ToolAnswer): void {
    this.#tools.answered(id, answer);
  }

  get tools(): string[] {
    return this.#config.getToolRegistry().getAllToolNames();
  }

  get models(): string[] {
    return [...VALID_GEMINI_MODELS].filter((model) => model !== "none");
  }

  get history(): History {
    return this.#config
      .getGeminiClient()
      .getHistory()
      .map((content) => ({ ...content }));
  }

  /** One message and all that follows from it. */
  async turn(id: string, content: readonly Part[], tell: (told: Told) => void): Promise<void> {
    // An id of its own for each turn: with a shared one an abort would take the conversation back to its first turn.
    const session = new LegacyAgentSession({ config: this.#config, promptId: id });
    const retried = (): void => tell({ type: "retry" });
    coreEvents.on(CoreEvent.RetryAttempt, retried);
    this.#session = session;
    const before = this.history.length;
    const seen: Told[] = [];
    this.#refusals.take();
    try {
      for await (const event of session.sendStream({ message: { content: [...content] } }))
        for (const part of toldOf(event, (callId) => this.#outputs.take(callId))) {
          const httpStatus = part.type === "problem" ? (part.httpStatus ?? this.#refusals.take()) : undefined;
          const told = httpStatus === undefined ? part : { ...part, httpStatus };
          seen.push(told);
          tell(told);
        }
      if (this.history.length <= before) await this.#putBack(content, seen);
    } finally {
      coreEvents.off(CoreEvent.RetryAttempt, retried);
      this.#session = undefined;
    }
  }

  /** A request that the provider refused as such is left out: it would be refused again with each that follows. */
  async #putBack(content: readonly Part[], seen: readonly Told[]): Promise<void> {
    const problem = seen.findLast((told) => told.type === "problem");
    if (problem?.httpStatus === 400) return;
    const said = seen.map((told) => {
      if (told.type === "text") return told.text;
      return told.type === "toolCall" ? `\n[called ${told.name} ${JSON.stringify(told.args).slice(0, 500)}]\n` : "";
    });
    const note = problem === undefined ? "The user interrupted here." : "The model could not be reached to go on.";
    const client = this.#config.getGeminiClient();
    for (const entry of unfinishedTurn(content, said.join(""), note)) await client.addHistory(entry);
  }

  async abort(): Promise<void> {
    await this.#session?.abort();
  }

  setModel(model: string): void {
    this.#config.setModel(model);
  }

  async setPermissionMode(mode: StartOptions["permissionMode"]): Promise<void> {
    this.#config.setApprovalMode(approvalModeOf(mode));
    await this.#config.getGeminiClient().setTools();
  }

  mcpStatus(): McpServers {
    const tools = this.#config.getToolRegistry().getAllTools();
    return this.#servers.map((name) => {
      const error = this.#config.getMcpClientManager()?.getLastError(name);
      return {
        name,
        status: getMCPServerStatus(name),
        ...(error === undefined ? {} : { error }),
        tools: tools.flatMap((tool) =>
          tool instanceof DiscoveredMCPTool && tool.serverName === name
            ? [{ name: tool.serverToolName, description: tool.description }]
            : [],
        ),
      };
    });
  }

  async close(): Promise<void> {
    await this.abort();
    await this.#config.dispose();
  }
}
