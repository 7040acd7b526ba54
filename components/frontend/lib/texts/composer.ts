/** What the user writes to the agent. */
export const composer = {
  label: "Message",
  placeholder: "Reply to the agent",
  /** @param keys what can be typed here beside words */
  placeholderWith: (keys: string) => `Reply, or type ${keys}`,
  forCommands: "/ for commands",
  forFiles: "@ for files",
  and: " and ",
  placeholderStopped: "Resume the session to go on",
  placeholderWaiting: "Answer above, or write something else",
  placeholderReadOnly: "You may read this session, but not write",
  placeholderStarting: "The session is starting. Your message will be sent when it is ready",
  send: "Send",
  interrupt: "Interrupt",
  interrupting: "Interrupting…",
  sending: "Sending",
  queued: "Queued",
  noPreview: "A message",
  cancelQueued: "Cancel this message",
  failed: "Not sent",
  retry: "Send again",
  discard: "Discard",
  edit: "Edit",
  waitsForStart: "Waits for the session",
  newlineHint: "Shift + Enter for a new line",
} as const;

export const attach = {
  add: "Attach files",
  list: "Attached files",
  remove: (name: string) => `Remove ${name}`,
  uploading: "Uploading…",
  wait: "Files are being uploaded",
  drop: "Drop files to attach them",
  tooLarge: (limit: string) => `Larger than ${limit}`,
  onlyPictures: "This agent has no files: only pictures can be attached",
  notRunning: "Files can be attached while the session runs",
} as const;

export const complete = {
  commands: "Commands",
  files: "Files",
  loading: "Listing files",
  count: (count: number, areCommands: boolean) =>
    `${count} ${areCommands ? (count === 1 ? "command" : "commands") : count === 1 ? "file" : "files"}, choose with the arrow keys`,
} as const;
