/** What the agent asks. */
export const question = {
  answer: "Answer",
  answering: "Sending…",
  other: "Something else",
  otherPlaceholder: "Write your answer",
  chooseSeveral: "Choose one or more",
  answered: "Answered",
  noAnswer: "No answer",
  skipped: "Skipped",
  superseded: "Not answered; the conversation went on",
  skip: "Skip",
  optionsHint: "choose",
  answerHint: "answer",
  readOnly: "You may read this session, but not answer.",
  notRunning: "The session is not running. Resume it to answer.",
  of: (index: number, count: number) => `Question ${index} of ${count}`,
} as const;

export const approval = {
  title: (tool: string) => `Allow ${tool}?`,
  once: "Allow once",
  always: "Always allow",
  deny: "Deny",
  denyReason: "Tell the agent why, or what to do instead",
  edit: "Edit arguments",
  editLabel: "Arguments as JSON",
  invalidJson: "This is not valid JSON.",
  allowedOnce: "Allowed once",
  allowedAlways: "Always allowed",
  denied: "Denied",
} as const;
