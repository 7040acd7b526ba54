/** Tools about the session itself: asking the user, and the state that is shared with the user's application. */
import type { Event } from "@pilothouse/agui";
import { tool, type StructuredToolInterface } from "@langchain/core/tools";
import { interrupt } from "@langchain/langgraph";
import { z } from "zod";
import { messageOf } from "../../../errors.ts";
import type { SharedState } from "../../../state/shared-state.ts";
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

export function stateTools(state: SharedState, tell: (event: Event) => void): StructuredToolInterface[] {
  return [
    tool(async () => JSON.stringify(state.current), {
      name: "get_shared_state",
      description: "Reads the JSON document that this session shares with the user's application.",
      schema: z.object({}),
    }),
    tool(
      async ({ path, value }: { path: string; value?: unknown }) => {
        try {
          tell(state.change(path, value));
        } catch (error) {
          throw new ToolRefusal(messageOf(error), { cause: error });
        }
        return "Done.";
      },
      {
        name: "update_shared_state",
        description:
          "Changes one place of the JSON document that this session shares with the user's application, which sees it at once.",
        schema: z.object({
          path: z.string().describe("JSON pointer, such as /plan/title"),
          value: z.unknown().optional().describe("The new value; without it, what is there is removed"),
        }),
      },
    ),
  ];
}
