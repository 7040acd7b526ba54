// Plays a reply in time: turns blocks into beats (open, delta, close, fault) that each wire writes down in its own words.
import { setTimeout as sleep } from "node:timers/promises";
import type { MessageReply, ModelError, Pace, SpeechBlock, ToolBlock } from "./reply.ts";
import { FASTEST } from "./reply.ts";

export type SpokenBlock = SpeechBlock | (ToolBlock & { readonly id: string });

export type Beat =
  | { readonly type: "open"; readonly index: number; readonly block: SpokenBlock }
  | { readonly type: "delta"; readonly index: number; readonly block: SpokenBlock; readonly text: string }
  | { readonly type: "close"; readonly index: number; readonly block: SpokenBlock }
  | { readonly type: "break" }
  | { readonly type: "fail"; readonly error: ModelError };

/** Cut by code points, so that a delta never ends inside a surrogate pair, which no JSON writer could carry. */
export function chunksOf(text: string, size: number): string[] {
  const points = Array.from(text);
  const chunks: string[] = [];
  for (let start = 0; start < points.length; start += size) chunks.push(points.slice(start, start + size).join(""));
  return chunks;
}

/** Ends early, without an error, when the signal says that nobody listens any more. */
async function pause(milliseconds: number | "forever", signal: AbortSignal): Promise<void> {
  if (milliseconds === 0 || signal.aborted) return;
  // A timer cannot hold more than 2^31-1 ms (24 days): forever, for a test.
  await sleep(milliseconds === "forever" ? 2 ** 31 - 1 : milliseconds, undefined, { signal, ref: true }).catch(
    () => {},
  );
}

export async function* perform(
  reply: MessageReply,
  newToolId: () => string,
  signal: AbortSignal,
): AsyncGenerator<Beat, void, undefined> {
  const common: Pace = { ...FASTEST, ...reply.pace };
  await pause(reply.firstDelay ?? 0, signal);
  let index = 0;
  for (const step of reply.blocks) {
    if (signal.aborted) return;
    switch (step.kind) {
      case "pause":
        await pause(step.milliseconds, signal);
        break;
      case "break":
        yield { type: "break" };
        return;
      case "fail":
        yield { type: "fail", error: step.error };
        return;
      case "text":
      case "thinking":
      case "tool": {
        const block: SpokenBlock = step.kind === "tool" ? { ...step, id: step.id ?? newToolId() } : step;
        const pace: Pace = { ...common, ...step.pace };
        yield { type: "open", index, block };
        const content = block.kind === "tool" ? JSON.stringify(block.input) : block.text;
        for (const chunk of chunksOf(content, Math.max(1, pace.chunk))) {
          await pause(pace.delay, signal);
          if (signal.aborted) return;
          yield { type: "delta", index, block, text: chunk };
        }
        yield { type: "close", index, block };
        index += 1;
        break;
      }
    }
  }
}
