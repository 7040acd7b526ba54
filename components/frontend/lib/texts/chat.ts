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
  messageActions: "Message actions",
  copyMessage: "Copy message",
  copyLink: "Copy link to this message",
  linkCopied: "Link copied",
  copyCode: "Copy code",
  imageBlocked: (alt: string) => `Image not shown${alt === "" ? "" : `: ${alt}`}`,
  opensElsewhere: "opens another site",
  superseded: "The conversation went on without an answer.",
  announcement: (text: string) => `Agent: ${text}`,
} as const;

export const feedback = {
  thumbs_up: "Good answer",
  thumbs_down: "Bad answer",
  comment: "What was good or bad about it (optional)",
  thanks: "Noted. Want to say why?",
  send: "Add comment",
} as const;

export const branch = {
  action: "Branch from here",
  title: "Branch from this message",
  lead: "Begins a new session that goes another way. This one stays as it is.",
  taken: "Carried over",
  left: "Not carried over",
  messages: (count: number) =>
    count === 1
      ? "What was said up to here: 1 message, as text"
      : `What was said up to here: ${count} messages, as text`,
  settings: "Repositories, model, and all settings of this session",
  files: "Files and changes that were not pushed: repositories are cloned anew",
  tools: "Thoughts, and what tools returned",
  task: "What should the new session do?",
  submit: "Start session",
  pending: "Starting…",
} as const;

export const diagram = {
  label: "Diagram",
  text: "Text",
  failed: "This diagram could not be drawn",
} as const;

export const search = {
  label: "Find in conversation",
  none: "Not found",
  position: (at: number, count: number) => `${at} of ${count}`,
  previous: "Previous match",
  next: "Next match",
  close: "Close search",
} as const;

export const subagent = {
  fallback: "Subagent",
  phases: { running: "working", done: "done", suspended: "waiting for you", failed: "failed", cut: "cut off" },
  steps: (count: number) => (count === 1 ? "1 step" : `${count} steps`),
} as const;
