/**
 * Tools that the bridge carries out: the platform's, and those of the client. The model is told of them here; a call goes
 * to the bridge and waits for its answer, however long that takes.
 */
import {
  BaseDeclarativeTool,
  BaseToolInvocation,
  Kind,
  PolicyDecision,
  type Config,
  type ExecuteOptions,
  type MessageBus,
  type ToolResult,
} from "@google/gemini-cli-core";
import { randomUUID } from "node:crypto";
import type { FromChild, ToolAnswer, ToolDefinition } from "../protocol.ts";

type Call = Omit<Extract<FromChild, { type: "toolCall" }>, "type">;
type Arguments = Record<string, unknown>;
type Carry = (name: string, args: Arguments, signal: AbortSignal) => Promise<ToolAnswer>;

export class SessionTools {
  readonly #config: Config;
  readonly #ask: (call: Call) => void;
  readonly #waiting = new Map<string, (answer: ToolAnswer) => void>();
  readonly #allowed = new Set<string>();
  #client: readonly ToolDefinition[] = [];

  constructor(config: Config, ask: (call: Call) => void) {
    this.#config = config;
    this.#ask = ask;
  }

  async register(tools: readonly ToolDefinition[]): Promise<void> {
    for (const tool of tools) this.#add(tool);
    await this.#config.getGeminiClient().setTools();
  }

  /** The client's tools, in place of those that it had before. */
  async offer(tools: readonly ToolDefinition[]): Promise<void> {
    if (JSON.stringify(tools) === JSON.stringify(this.#client)) return;
    const registry = this.#config.getToolRegistry();
    for (const { name } of this.#client) registry.unregisterTool(name);
    this.#client = tools;
    await this.register(tools);
  }

  answered(id: string, answer: ToolAnswer): void {
    this.#waiting.get(id)?.(answer);
  }

  #add(tool: ToolDefinition): void {
    const bus = this.#config.getMessageBus();
    this.#config.getToolRegistry().registerTool(new SessionTool(tool, bus, this.#carry));
    if (this.#allowed.has(tool.name)) return;
    this.#allowed.add(tool.name);
    // In every permission mode: they do nothing but what the session's own user may see and do.
    this.#config.getPolicyEngine().addRule({ toolName: tool.name, decision: PolicyDecision.ALLOW, priority: 30 });
  }

  readonly #carry: Carry = async (name, args, signal) => {
    const id = randomUUID();
    const { promise, resolve } = Promise.withResolvers<ToolAnswer>();
    const aborted = (): void => resolve({ text: "The user interrupted.", isError: true });
    this.#waiting.set(id, resolve);
    signal.addEventListener("abort", aborted, { once: true });
    this.#ask({ id, name, args });
    try {
      return await promise;
    } finally {
      this.#waiting.delete(id);
      signal.removeEventListener("abort", aborted);
    }
  };
}

class SessionTool extends BaseDeclarativeTool<Arguments, ToolResult> {
  readonly #carry: Carry;

  constructor({ name, description, parameters }: ToolDefinition, bus: MessageBus, carry: Carry) {
    super(name, name, description, Kind.Other, parameters, bus);
    this.#carry = carry;
  }

  protected override createInvocation(params: Arguments, bus: MessageBus): SessionToolInvocation {
    return new SessionToolInvocation(params, bus, this.name, this.#carry);
  }
}

class SessionToolInvocation extends BaseToolInvocation<Arguments, ToolResult> {
  readonly #name: string;
  readonly #carry: Carry;

  constructor(params: Arguments, bus: MessageBus, name: string, carry: Carry) {
    super(params, bus, name);
    this.#name = name;
    this.#carry = carry;
  }

  override getDescription(): string {
    return this.#name;
  }

  override async execute({ abortSignal }: ExecuteOptions): Promise<ToolResult> {
    const { text, isError } = await this.#carry(this.#name, this.params, abortSignal);
    return { llmContent: text, returnDisplay: text, ...(isError ? { error: { message: text } } : {}) };
  }
}
