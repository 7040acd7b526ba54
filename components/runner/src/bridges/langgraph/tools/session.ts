/** Tools about the session itself: asking the user, and the state that is shared with the user's application. */
import { tool, type StructuredToolInterface } from "@langchain/core/tools";
import { interrupt } from "@langchain/langgraph";
import { z } from "zod";
import { messageOf } from "../../../errors.ts";
import { platformTools, START_SESSION_TOOL, type PlatformToolsOptions } from "../../../platform/tools.ts";
import { Questions } from "../../common/asks.ts";
import { answerOf, type Ask } from "../asking.ts";
import { ToolRefusal } from "./refusal.ts";

export const QUESTION_TOOL = "ask_user";

export function questionTool(): StructuredToolInterface {
  return tool(
    async (input: z.infer<typeof Questions.input>, config: { toolCallId?: string }) => {
      const ask: Ask = { kind: "question", toolCallId: config.toolCallId ?? "", toolName: QUESTION_TOOL, input };
      const answer = answerOf(interrupt<Ask, unknown>(ask));
      if (answer.type === "answers")
        return Object.entries(answer.answers)
          .map(([question, words]) => `${JSON.stringify(question)}=${JSON.stringify(words)}`)
          .join("\n");
      throw new ToolRefusal(answer.type === "refused" ? answer.words : "The user did not answer.");
    },
    {
      name: QUESTION_TOOL,
      description:
        "Asks the user one or more questions with options to choose from, and waits for the answers. The user may also answer in own words.",
      schema: Questions.input,
    },
  );
}

/** The platform's tools; the one that starts a session asks the user for it. */
export function sessionTools(options: PlatformToolsOptions): StructuredToolInterface[] {
  return platformTools(options).map(({ name, description, shape, run }) =>
    tool(
      async (input: Record<string, unknown>, config: { toolCallId?: string }) => {
        const given = name === START_SESSION_TOOL ? withSession(input, config.toolCallId ?? "") : input;
        return run(given).catch((error: unknown) => {
          throw new ToolRefusal(messageOf(error), { cause: error });
        });
      },
      { name, description, schema: z.object(shape) },
    ),
  );
}

function withSession(input: Record<string, unknown>, toolCallId: string): Record<string, unknown> {
  const ask: Ask = { kind: "child_session", toolCallId, toolName: START_SESSION_TOOL, input };
  const answer = answerOf(interrupt<Ask, unknown>(ask));
  if (answer.type === "started") return { ...input, sessionName: answer.sessionName };
  throw new ToolRefusal(answer.type === "refused" ? answer.words : "The user did not start this session.");
}
