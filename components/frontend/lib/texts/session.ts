/** The page of one session: header, actions, connection, start-up. */
export const session = {
  stop: "Stop",
  stopTitle: "Stop this session?",
  resume: "Resume",
  stopping: "Stopping…",
  resuming: "Starting…",
  actions: "Session actions",
  rename: "Rename",
  renameTitle: "Rename session",
  exportMarkdown: "Export as Markdown",
  exportJson: "Export as JSON",
  copyLink: "Copy link",
  roleLimits: (role: string) => `Your role here is ${role}: what is grey is for others.`,
  clone: "Duplicate",
  cloned: "The session was duplicated",
  delete: "Delete",
  missingTitle: "There is no such session",
  missingLead: "It was deleted, or you may not see it.",
  costOf: (cost: string, budget: string) => `${cost} of ${budget}`,
  stopsAfter: (duration: string) => `Stops by itself after ${duration} without activity`,
  counts: (turns: number, toolCalls: number, tokens: string) =>
    `${turns} ${turns === 1 ? "turn" : "turns"} · ${toolCalls} ${toolCalls === 1 ? "tool call" : "tool calls"} · ${tokens} tokens`,
  panel: "Details",
  showPanel: "Show panel",
  hidePanel: "Hide panel",
} as const;

export const connection = {
  connecting: "Connecting",
  live: "Live",
  waiting: "Connection lost. Trying again…",
  paused: "Paused while this tab was hidden",
  refused: "The conversation could not be opened",
  ended: "Not running",
} as const;

export const startup = {
  title: "Starting the session",
  failedTitle: "The session could not start",
  steps: {
    accepted: "Accepted",
    queued: "Waiting for a free place",
    workspace: "Preparing the workspace",
    scheduled: "Finding a machine",
    runner: "Fetching the image and starting the runner",
    repositories: "Cloning repositories",
    agent: "Starting the agent",
  },
  fixes: {
    secret: "Add the missing key under Settings, then resume the session.",
    image: "The runner’s image could not be fetched. Check the image in the agent registry.",
    schedule: "No machine has room for it. Free some resources, or ask for less.",
    clone: "Check the address, the branch, and the token under Settings.",
  },
  openIntegrations: "Open settings",
} as const;

export const notifications = {
  offer: "Notify me",
  lead: "Tell me when a session of mine needs me or ends, also when this tab is not in sight",
  on: "Notifications on",
  turnOff: "Turn notifications off",
  kinds: {
    waiting: "Waiting for you",
    done: "Ready for you",
    completed: "Completed",
    failed: "Failed",
    stopped: "Stopped",
  },
} as const;

export const tasks = {
  title: "Background tasks",
  count: (running: number, all: number) =>
    running === 0
      ? all === 1
        ? "1 background task, done"
        : `${all} background tasks, all done`
      : running === 1
        ? "1 background task is running"
        : `${running} background tasks are running`,
  status: { running: "running", completed: "done", failed: "failed", stopped: "stopped" },
  stop: "Stop",
  stopping: "Stopping…",
  output: "Output",
  truncated: "… only the end is shown",
} as const;

export const childSession = {
  title: "Start another session?",
  lead: "The agent wants a session of its own for a part of the work. It would run in your name and count against your limits.",
  unreadable: "What the agent wishes for could not be read.",
  model: "Model",
  repositories: "Repositories",
  start: "Start session",
  starting: "Starting…",
  started: "Session started",
  denied: "Session not started",
  unnamed: "session",
  list: "Sessions started from here",
} as const;
