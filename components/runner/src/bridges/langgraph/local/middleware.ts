/** What stands around each request to the model and each call of a tool: the session's present settings, and people's permission. */
import { isGraphInterrupt } from "@langchain/langgraph";
import { interrupt } from "@langchain/langgraph";
import { AIMessage, SystemMessage, ToolMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { AgenticSessionSpec } from "@pilothouse/contracts/resources/agentic-session";
import { createMiddleware } from "langchain";
import { messageOf } from "../../../errors.ts";
import type { LastingApprovals } from "../../../state/lasting-approvals.ts";
import { ANSWER_UNREADABLE, lastingKey } from "../../common/asks.ts";
import { answerOf, type Ask } from "../asking.ts";
import { withFreshIds } from "./fresh-ids.ts";
import { permissionFor, PLANNING } from "./permissions.ts";

export interface Present {
  readonly model: BaseChatModel;
  readonly prompt: string;
  readonly permissionMode: AgenticSessionSpec["permissionMode"];
  /** The same model by another interface, when this error says that the server lacks the first. */
  readonly modelAfter: (error: unknown) => Promise<BaseChatModel | undefined>;
  /** Offered in this run; the client carries out their calls. */
  readonly clientTools: readonly StructuredToolInterface[];
  /** Whether a call is one of those, or of a former run that waits for its result. */
  readonly isClientTool: (name: string) => boolean;
}

export interface MiddlewareOptions {
  readonly present: () => Present;
  readonly signal: () => AbortSignal;
  readonly approvals: LastingApprovals;
  /** The id under which a call is told whose own id was used before. */
  readonly newCallId: (id: string) => string;
  /** Told of a message's id, so that its whole form is not taken for another one. */
  readonly onMessage: (id: string) => void;
}

export function sessionMiddleware({ present, signal, approvals, newCallId, onMessage }: MiddlewareOptions) {
  /** What was allowed for good when the model spoke last: a call that was asked about asks again as it is resumed. */
  let allowed: ReadonlySet<string> = new Set(approvals.keys);

  return createMiddleware({
    name: "session",
    wrapModelCall: async (request, handler) => {
      allowed = new Set(approvals.keys);
      const { model, prompt, permissionMode, clientTools } = present();
      const own = request.tools.filter(
        (tool) => typeof tool["name"] !== "string" || permissionFor(permissionMode, tool["name"]) !== "refuse",
      );
      const tools = [...own, ...clientTools];
      const wish = { ...request, model, tools, systemMessage: new SystemMessage(prompt) };
      const answer = await (async () => handler(wish))().catch(async (error: unknown) => {
        const other = await present().modelAfter(error);
        if (other === undefined) throw error;
        return handler({ ...wish, model: other });
      });
      if (!AIMessage.isInstance(answer)) return answer;
      const fresh = withFreshIds(answer, request.messages, newCallId);
      if (fresh.id !== undefined) onMessage(fresh.id);
      return fresh;
    },
    wrapToolCall: async (request, handler) => {
      const { name, args, id = "" } = request.toolCall;
      const refused = (content: string): ToolMessage =>
        new ToolMessage({ tool_call_id: id, name, status: "error", content });
      if (present().isClientTool(name)) {
        const answer = answerOf(
          interrupt<Ask, unknown>({ kind: "client_tool", toolCallId: id, toolName: name, input: args }),
        );
        if (answer.type !== "result") return refused(answer.type === "refused" ? answer.words : ANSWER_UNREADABLE);
        const status = answer.isError ? "error" : "success";
        return new ToolMessage({ tool_call_id: id, name, status, content: answer.text });
      }
      const permission = permissionFor(present().permissionMode, name);
      if (permission === "refuse") return refused(PLANNING);
      let toolCall = request.toolCall;
      if (permission === "ask" && !allowed.has(lastingKey(name, args))) {
        const ask: Ask = { kind: "tool_approval", toolCallId: id, toolName: name, input: args };
        const answer = answerOf(interrupt<Ask, unknown>(ask));
        if (answer.type !== "allowed") return refused(answer.type === "refused" ? answer.words : PLANNING);
        if (answer.always) approvals.add(lastingKey(name, args));
        if (answer.input !== undefined) toolCall = { ...toolCall, args: answer.input };
      }
      try {
        return await handler({ ...request, toolCall });
      } catch (error) {
        // A question is not a failure, and what was interrupted has no result.
        if (isGraphInterrupt(error) || signal().aborted) throw error;
        return refused(messageOf(error));
      }
    },
  });
}
