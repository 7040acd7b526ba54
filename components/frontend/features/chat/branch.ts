/** What a session that branches off takes along: the words of the conversation, and the settings of its origin. */
import type { AgenticSession, CreateSessionRequest } from "@pilothouse/contracts";
import { writtenText } from "../composer/attachments.ts";
import type { ThreadState } from "../thread/thread-state.ts";

export interface Said {
  readonly by: "user" | "agent";
  readonly text: string;
}

/** Of a long conversation, its end says most; a model reads all of it with each step. */
const MAXIMUM_CHARACTERS = 60_000;

/** What was said in the main conversation, up to and with an entry. */
export function historyUntil(state: ThreadState, entryKey: string): readonly Said[] {
  const said: Said[] = [];
  for (const position of state.main) {
    const entry = state.entries.get(position);
    if (entry === undefined || entry.hidden) continue;
    if (entry.kind === "text" && entry.role === "assistant") said.push({ by: "agent", text: entry.text });
    if (entry.kind === "user") said.push({ by: "user", text: writtenText(entry.parts) });
    if (entry.key === entryKey) break;
  }
  return withinLimit(said.filter(({ text }) => text.trim() !== ""));
}

function withinLimit(said: readonly Said[]): readonly Said[] {
  let characters = 0;
  const first = said.findLastIndex(({ text }) => (characters += text.length) > MAXIMUM_CHARACTERS);
  return said.slice(first + 1);
}

/** The task comes first, as it names the session. */
export function branchPrompt(history: readonly Said[], task: string): string {
  if (history.length === 0) return task;
  const lines = history.map(({ by, text }) => `${by === "user" ? "User" : "Agent"}:\n${text.trim()}`);
  return [
    task,
    "This conversation branches off an earlier one. What was said there is below. Files were not carried over, so look before you rely on them.",
    ...lines,
  ].join("\n\n");
}

export function branchRequest({ spec }: AgenticSession, initialPrompt: string): CreateSessionRequest {
  const {
    displayName: _ownName,
    initialPrompt: _ownTask,
    userContext: _setByTheServer,
    desiredState: _runs,
    parentSession: _notAChild,
    ...settings
  } = spec;
  return { ...settings, initialPrompt };
}
