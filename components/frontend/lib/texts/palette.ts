/** The command palette and the keyboard. */
export const palette = {
  title: "Command palette",
  placeholder: "Go to a session or do something…",
  empty: "Nothing found",
  searching: "Searching…",
  thisSession: "This session",
  messages: "In this conversation",
  fromPeople: "You",
  fromAgent: "Agent",
  allFound: (count: number) => `Show all ${count} sessions found`,
  goTo: "Go to",
  sessions: "Sessions",
  projects: "Projects",
  actions: "Actions",
  shortcuts: "Keyboard shortcuts",
} as const;

export const shortcuts = {
  title: "Keyboard shortcuts",
  palette: "Command palette",
  newSession: "New session",
  needsYou: "Next session that needs you",
  sessions: "Sessions",
  help: "This sheet",
  send: "Send the message",
  interrupt: "Interrupt the agent",
  focus: "Write a message",
} as const;
