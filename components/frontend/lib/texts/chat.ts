/** The conversation. */
export const chat = {
  label: "Conversation",
  empty: "Nothing was said yet.",
  you: "You",
  agent: "Agent",
  jumpToNewest: "Jump to newest",
  newBelow: "New below",
  thinking: "Thinking",
  thought: "Thought",
  thoughtFor: (duration: string) => `Thought for ${duration}`,
  thoughtHidden: "The model keeps these thoughts to itself.",
  working: "Working",
  runFailed: "The run failed",
  runCancelled: "Interrupted",
  runCut: "The run was cut off",
  runCutLead: "The runner went away before it was done. What was said up to then is above.",
  copyMessage: "Copy message",
  copyCode: "Copy code",
  imageBlocked: (alt: string) => `Image not shown${alt === "" ? "" : `: ${alt}`}`,
  opensElsewhere: "opens another site",
  superseded: "The conversation went on without an answer.",
  announcement: (text: string) => `Agent: ${text}`,
} as const;

export const subagent = {
  fallback: "Subagent",
  phases: { running: "working", done: "done", suspended: "waiting for you", failed: "failed", cut: "cut off" },
  steps: (count: number) => (count === 1 ? "1 step" : `${count} steps`),
} as const;
