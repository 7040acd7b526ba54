// What every scene of the demo stands on: the prompt, the tools at hand, and what the turn has found out so far.
import type { Conversation, Turn } from "../conversation.ts";
import type { Block, MessageReply, ToolBlock } from "../reply.ts";
import { text, thinking } from "../reply.ts";
import type { Findings } from "./findings.ts";
import { HISTORY_COMMAND, LIST_COMMAND, readFindings } from "./findings.ts";
import type { Toolbox } from "./toolbox.ts";
import { openToolbox } from "./toolbox.ts";

export interface Stage {
  readonly conversation: Conversation;
  readonly turn: Turn;
  readonly tools: Toolbox;
  readonly findings: Findings;
}

/** One reply of the model. A play is the list of them; the n-th answers the n-th request of a turn. */
export type Scene = (stage: Stage) => MessageReply;

export interface Play {
  readonly name: string;
  readonly scenes: readonly Scene[];
}

export function setStage(conversation: Conversation, turn: Turn): Stage {
  return { conversation, turn, tools: openToolbox(conversation), findings: readFindings(conversation, turn) };
}

type Maybe<T> = T | undefined | false;

function present<T>(value: Maybe<T>): value is T {
  return value !== undefined && value !== false;
}

/** Thinks, says, then calls the tools that exist. Reasoning is left out when the request did not ask for it. */
export function say(
  stage: Stage,
  parts: { think?: string; say?: string; call?: readonly Maybe<ToolBlock>[] },
): MessageReply {
  const blocks: Block[] = [];
  if (parts.think !== undefined && stage.conversation.thinking) blocks.push(thinking(parts.think));
  if (parts.say !== undefined) blocks.push(text(parts.say));
  blocks.push(...(parts.call ?? []).filter(present));
  return { kind: "message", blocks };
}

/** Begins most plays: which files are there, and what happened lately. */
export function lookAround(
  stage: Stage,
  think: string,
  words: string,
  more: readonly Maybe<ToolBlock>[] = [],
): MessageReply {
  const { shell } = stage.tools;
  return say(stage, {
    think,
    say: words,
    call: [shell?.(LIST_COMMAND, "List the folder"), shell?.(HISTORY_COMMAND, "Show the last commits"), ...more],
  });
}

export function quoted(prompt: string): string {
  const line = prompt.replaceAll(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 117)}…` : line;
}

export function pathIn(stage: Stage, name: string): string {
  const root = stage.findings.root;
  return root === undefined ? name : `${root.replace(/\/$/, "")}/${name}`;
}

export const SIMULATED =
  "> This answer comes from a **simulated model**: a script, not an AI. The tools, the files and the commands are real.";

/** Tools that refused or failed are told of, never hidden. */
export function setbacks(stage: Stage): string {
  const { refused } = stage.findings;
  if (refused.length === 0) return "";
  const lines = refused.map((one) => `- \`${one.tool}\`: ${quoted(one.text)}`);
  return `\n\n**What did not work**\n\n${lines.join("\n")}`;
}

/** `1 file`, `2 files`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
