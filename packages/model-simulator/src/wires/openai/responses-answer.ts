// Writes a reply as OpenAI's responses API does: output items that are added, filled and done.
import type { SpokenBlock } from "../../perform.ts";
import type { AnswerContext, StreamWriter } from "../wire.ts";
import { serverSentEvent } from "../wire.ts";

type Status = "in_progress" | "completed" | "incomplete";

function itemId(context: AnswerContext, block: SpokenBlock, index: number): string {
  const prefix = { text: "msg", thinking: "rs", tool: "fc" }[block.kind];
  return `${prefix}_${context.id}${index}`;
}

function outputText(text: string): Record<string, unknown> {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}

function item(context: AnswerContext, block: SpokenBlock, index: number, status: Status): Record<string, unknown> {
  const id = itemId(context, block, index);
  const done = status === "completed";
  switch (block.kind) {
    case "text":
      return { type: "message", id, status, role: "assistant", content: done ? [outputText(block.text)] : [] };
    case "thinking":
      return { type: "reasoning", id, summary: done ? [{ type: "summary_text", text: block.text }] : [] };
    case "tool": {
      const written = done ? JSON.stringify(block.input) : "";
      return { type: "function_call", id, status, call_id: block.id, name: block.name, arguments: written };
    }
  }
}

function response(context: AnswerContext, output: readonly unknown[], status: Status): Record<string, unknown> {
  const { usage, conversation, stopReason } = context;
  const input = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    id: `resp_${context.id}`,
    object: "response",
    created_at: context.now,
    status,
    error: null,
    incomplete_details:
      status === "incomplete" ? { reason: stopReason === "refusal" ? "content_filter" : "max_output_tokens" } : null,
    instructions: null,
    model: conversation.model,
    output,
    parallel_tool_calls: true,
    tool_choice: "auto",
    tools: [],
    temperature: 1,
    top_p: 1,
    metadata: {},
    usage:
      status === "in_progress"
        ? null
        : {
            input_tokens: input,
            input_tokens_details: { cached_tokens: usage.cacheReadTokens },
            output_tokens: usage.outputTokens,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: input + usage.outputTokens,
          },
  };
}

function finalStatus(context: AnswerContext): Status {
  return context.stopReason === "max_tokens" || context.stopReason === "refusal" ? "incomplete" : "completed";
}

export function document(blocks: readonly SpokenBlock[], context: AnswerContext): unknown {
  const output = blocks.map((block, index) => item(context, block, index, "completed"));
  return response(context, output, finalStatus(context));
}

export function streamWriter(context: AnswerContext): StreamWriter {
  const output: unknown[] = [];
  let sequence = 0;
  const event = (type: string, fields: Record<string, unknown>): string => {
    const data = { type, sequence_number: sequence, ...fields };
    sequence += 1;
    return serverSentEvent(data, type);
  };
  const opened = (block: SpokenBlock, index: number): string => {
    const at = { item_id: itemId(context, block, index), output_index: index };
    const added = event("response.output_item.added", {
      output_index: index,
      item: item(context, block, index, "in_progress"),
    });
    if (block.kind === "text") {
      return added + event("response.content_part.added", { ...at, content_index: 0, part: outputText("") });
    }
    if (block.kind === "tool") return added;
    return (
      added +
      event("response.reasoning_summary_part.added", {
        ...at,
        summary_index: 0,
        part: { type: "summary_text", text: "" },
      })
    );
  };
  const grown = (block: SpokenBlock, index: number, delta: string): string => {
    const at = { item_id: itemId(context, block, index), output_index: index };
    switch (block.kind) {
      case "text":
        return event("response.output_text.delta", { ...at, content_index: 0, delta, logprobs: [] });
      case "thinking":
        return event("response.reasoning_summary_text.delta", { ...at, summary_index: 0, delta });
      case "tool":
        return event("response.function_call_arguments.delta", { ...at, delta });
    }
  };
  const closed = (block: SpokenBlock, index: number): string => {
    const at = { item_id: itemId(context, block, index), output_index: index };
    const whole = item(context, block, index, "completed");
    output.push(whole);
    const done = (): string => event("response.output_item.done", { output_index: index, item: whole });
    switch (block.kind) {
      case "text":
        return (
          event("response.output_text.done", { ...at, content_index: 0, text: block.text, logprobs: [] }) +
          event("response.content_part.done", { ...at, content_index: 0, part: outputText(block.text) }) +
          done()
        );
      case "thinking": {
        const part = { type: "summary_text", text: block.text };
        return (
          event("response.reasoning_summary_text.done", { ...at, summary_index: 0, text: block.text }) +
          event("response.reasoning_summary_part.done", { ...at, summary_index: 0, part }) +
          done()
        );
      }
      case "tool": {
        const written = JSON.stringify(block.input);
        return event("response.function_call_arguments.done", { ...at, name: block.name, arguments: written }) + done();
      }
    }
  };
  return {
    start() {
      const begun = { response: response(context, [], "in_progress") };
      return event("response.created", begun) + event("response.in_progress", begun);
    },
    beat(beat) {
      if (beat.type === "open") return opened(beat.block, beat.index);
      return beat.type === "close" ? closed(beat.block, beat.index) : grown(beat.block, beat.index, beat.text);
    },
    finish() {
      const status = finalStatus(context);
      return event(`response.${status}`, { response: response(context, output, status) });
    },
    fail: (error) =>
      event("error", {
        code: error.type ?? "server_error",
        message: error.message ?? "simulated failure",
        param: null,
      }),
  };
}
