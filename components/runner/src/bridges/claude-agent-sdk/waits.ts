/**
 * What the agent waits with: questions and approvals for people, and calls of tools that the client carries out. Each is
 * held until a run brings its answer.
 */
import { randomUUID } from "node:crypto";
import type { CanUseTool, PermissionResult } from "@anthropic-ai/claude-agent-sdk";
import type { Interrupt } from "@ag-ui/core";
import type { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import type { LastingApprovals } from "../../state/lasting-approvals.ts";
import type { RunInput } from "../bridge.ts";
import { isLasting, lastingKey } from "../common/asks.ts";
import { clientResults, wordsInsteadOfResult } from "../common/client-tools.ts";
import { interruptFor, QUESTION_TOOL, resultFor, resultForWords, type Ask } from "./asks.ts";
import { isClientTool, type ClientTools } from "./client-tools.ts";
import { isPlatformTool, START_SESSION } from "./platform-tools.ts";
import { textOf } from "./user-message.ts";

/** Tools ask while their message is still being written; the rest of it belongs into the same run. */
const ASK_SETTLES = 40;
const ASK_PATIENCE = 2000;

interface Call {
  readonly input: Record<string, unknown>;
  resolve(result: PermissionResult): void;
}

export interface WaitsOptions {
  readonly clientTools: ClientTools;
  /** What the user has allowed for good. */
  readonly approvals: () => LastingApprovals;
  readonly permissionMode: () => AgenticSessionSpec["permissionMode"];
  readonly toolCallId: (toolUseId: string) => string;
  /** Whether the message that asks is still being written. */
  readonly speaking: () => boolean;
  /** The present run is to end with these. */
  readonly onWaiting: (interrupts: readonly Interrupt[], pendingToolCallIds: readonly string[]) => void;
}

export class Waits {
  readonly #options: WaitsOptions;
  readonly #asks = new Map<string, Ask>();
  readonly #calls = new Map<string, Call>();

  constructor(options: WaitsOptions) {
    this.#options = options;
  }

  get waiting(): boolean {
    return this.#asks.size > 0 || this.#calls.size > 0;
  }

  readonly canUseTool: CanUseTool = async (toolName, input, options): Promise<PermissionResult> => {
    if (isPlatformTool(toolName)) return { behavior: "allow", updatedInput: input };
    const toolCallId = this.#options.toolCallId(options.toolUseID);
    if (isClientTool(toolName))
      return this.#hold(this.#calls, toolCallId, options.signal, (resolve) => ({ input, resolve }));
    const free =
      this.#options.permissionMode() === "bypass" || this.#options.approvals().has(lastingKey(toolName, input));
    if (free && toolName !== QUESTION_TOOL && toolName !== START_SESSION)
      return { behavior: "allow", updatedInput: input };
    const id = randomUUID();
    const interrupt = interruptFor(id, toolName, input, toolCallId, options);
    const suggestions = options.suggestions ?? [];
    return this.#hold(this.#asks, id, options.signal, (resolve) => ({
      interrupt,
      toolName,
      input,
      suggestions,
      resolve,
    }));
  };

  /** Ends the run with what is open, once the message that asks is complete. */
  tellIfWaiting(since = performance.now()): void {
    if (!this.waiting) return;
    setTimeout(() => {
      if (!this.waiting) return;
      const speaking = this.#options.speaking() && performance.now() - since < ASK_PATIENCE;
      if (speaking) return this.tellIfWaiting(since);
      const interrupts = [...this.#asks.values()].map((ask) => ask.interrupt);
      this.#options.onWaiting(interrupts, [...this.#calls.keys()]);
    }, ASK_SETTLES).unref();
  }

  /** True when the run's input is an answer to what the agent waits for. */
  answer(input: RunInput): boolean {
    if (!this.waiting) return false;
    const words = textOf(input.messages);
    this.#answerCalls(input, words);
    for (const ask of take(this.#asks)) {
      const entry = input.resume.find((candidate) => candidate.interruptId === ask.interrupt.id);
      if (entry !== undefined && isLasting(entry)) this.#options.approvals().add(lastingKey(ask.toolName, ask.input));
      if (entry !== undefined) ask.resolve(resultFor(ask, entry));
      else if (words !== "") ask.resolve(resultForWords(ask, words));
      else this.#asks.set(ask.interrupt.id, ask);
    }
    return true;
  }

  /** Nobody will answer any more. */
  abandon(message: string): void {
    for (const wait of [...take(this.#asks), ...take(this.#calls)])
      wait.resolve({ behavior: "deny", message, interrupt: true });
  }

  /** The process that waited has gone. */
  clear(): void {
    this.#asks.clear();
    this.#calls.clear();
  }

  #answerCalls(input: RunInput, words: string): void {
    const results = clientResults(input.messages);
    // What the user says beside the results is heard with the last of them.
    const last = results.findLast((result) => this.#calls.has(result.toolCallId))?.toolCallId;
    for (const [id, call] of this.#calls) {
      const result = results.find((one) => one.toolCallId === id);
      if (result === undefined && words === "") continue;
      this.#calls.delete(id);
      if (result === undefined) call.resolve({ behavior: "deny", message: wordsInsteadOfResult(words) });
      else {
        const text = id === last && words !== "" ? `${result.text}\n\nThe user says: ${words}` : result.text;
        const updatedInput = this.#options.clientTools.withResult(call.input, { ...result, text });
        call.resolve({ behavior: "allow", updatedInput });
      }
    }
  }

  async #hold<Kind>(
    waits: Map<string, Kind>,
    id: string,
    signal: AbortSignal,
    make: (resolve: (result: PermissionResult) => void) => Kind,
  ): Promise<PermissionResult> {
    return new Promise((resolve) => {
      const settle = (result: PermissionResult): void => {
        waits.delete(id);
        resolve(result);
      };
      waits.set(id, make(settle));
      const withdrawn = (): void => settle({ behavior: "deny", message: "The request was withdrawn." });
      signal.addEventListener("abort", withdrawn, { once: true });
      this.tellIfWaiting();
    });
  }
}

function take<Kind>(waits: Map<string, Kind>): Kind[] {
  const all = [...waits.values()];
  waits.clear();
  return all;
}
