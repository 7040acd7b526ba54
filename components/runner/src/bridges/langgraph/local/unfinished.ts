/**
 * What must stand in a conversation before it goes on after something was cut off: a result for every open call, and a
 * word in place of the missing answer. Providers refuse a call without a result. Pure.
 */
import { AIMessage, HumanMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";

export interface CutOff {
  /** What the model had said of the message that was not completed. */
  readonly said: string;
  /** Why it was cut off. */
  readonly note: string;
}

export interface Repair {
  readonly messages: BaseMessage[];
  /** Calls whose results nobody has seen. */
  readonly reported: readonly ToolMessage[];
}

/** @param finished results of calls that ran beside an open one, and are not part of the history yet */
export function repairOf(
  history: readonly BaseMessage[],
  finished: readonly ToolMessage[],
  { said, note }: CutOff,
): Repair {
  const answered = new Set(history.flatMap((one) => (ToolMessage.isInstance(one) ? [one.tool_call_id] : [])));
  const open = history.flatMap((one) =>
    AIMessage.isInstance(one) ? (one.tool_calls ?? []).filter((call) => !answered.has(call.id ?? "")) : [],
  );
  const reported: ToolMessage[] = [];
  const results = open.map((call) => {
    const done = finished.find((result) => result.tool_call_id === call.id);
    if (done !== undefined) return done;
    const result = new ToolMessage({
      tool_call_id: call.id ?? "",
      name: call.name,
      status: "error",
      content: `${note} Whether it took effect is not known.`,
    });
    reported.push(result);
    return result;
  });
  // With a word of the model's own behind it, what the user says next stands by itself.
  const unanswered = results.length > 0 || HumanMessage.isInstance(history.at(-1));
  const words = [said, `[${note}]`].filter((text) => text !== "").join("\n\n");
  const answer = said !== "" || unanswered ? [new AIMessage(words)] : [];
  return { messages: [...results, ...answer], reported };
}
