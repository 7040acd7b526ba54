/** Calls of the client's tools in one turn: which were told, which run in the child, and which have their results. */
import type { ClientResult } from "../common/client-tools.ts";
import { wordsInsteadOfResult } from "../common/client-tools.ts";
import type { ToolAnswer } from "./protocol.ts";

interface Call {
  readonly toolCallId: string;
  readonly name: string;
  readonly args: string;
  /** The child's name for it, once it runs there. */
  request: string | undefined;
  answer: ToolAnswer | undefined;
}

export class ClientCalls {
  readonly #answer: (request: string, answer: ToolAnswer) => void;
  readonly #calls: Call[] = [];
  /** Calls whose results the client knows, because they came from it. */
  readonly #known = new Set<string>();

  constructor(answer: (request: string, answer: ToolAnswer) => void) {
    this.#answer = answer;
  }

  told(toolCallId: string, name: string, args: unknown): void {
    this.#calls.push({ toolCallId, name, args: JSON.stringify(args), request: undefined, answer: undefined });
  }

  /** The child is at the call; it goes on when there is an answer. */
  runs(request: string, name: string, args: unknown): void {
    const open = this.#calls.filter((call) => call.name === name && call.request === undefined);
    const call = open.find((one) => one.args === JSON.stringify(args)) ?? open[0];
    if (call === undefined) return this.#answer(request, { text: "This call was not told.", isError: true });
    call.request = request;
    if (call.answer !== undefined) this.#answer(request, call.answer);
  }

  /** Whether the child cannot go on without the client. */
  get waiting(): boolean {
    return this.#calls.some((call) => call.request !== undefined && call.answer === undefined);
  }

  get pending(): string[] {
    return this.#calls.filter((call) => call.answer === undefined).map((call) => call.toolCallId);
  }

  /** True for a result that the client itself sent. */
  knows(toolCallId: string): boolean {
    return this.#known.has(toolCallId);
  }

  /** What the client's new run brings; what the user says beside results is heard with the last of them. */
  answer(results: readonly ClientResult[], words: string): void {
    const open = this.#calls.filter((call) => call.answer === undefined);
    const last = results.findLast((result) => open.some((call) => call.toolCallId === result.toolCallId))?.toolCallId;
    for (const call of open) {
      const result = results.find((one) => one.toolCallId === call.toolCallId);
      if (result === undefined && words === "") continue;
      if (result === undefined) call.answer = { text: wordsInsteadOfResult(words), isError: true };
      else {
        const also = call.toolCallId === last && words !== "" ? `\n\nThe user says: ${words}` : "";
        call.answer = { text: `${result.text}${also}`, isError: result.isError };
        this.#known.add(call.toolCallId);
      }
      if (call.request !== undefined) this.#answer(call.request, call.answer);
    }
  }
}
