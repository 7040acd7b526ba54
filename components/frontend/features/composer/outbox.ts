/** Messages on their way: written, not yet in the conversation. Pure; the hook beside it does the sending. */
import { flag, list, object, oneOf, text, variants } from "../../lib/api/shape.ts";
import { readSentFile, type SentFile } from "./attachments.ts";

type State =
  | { readonly type: "waiting" }
  | { readonly type: "sending" }
  /** Accepted by the server; `isQueued` while another run is active. */
  | { readonly type: "accepted"; readonly isQueued: boolean }
  | { readonly type: "failed"; readonly reason: string };

export interface OutgoingMessage {
  /** Id of the message and of the run that it starts, so that sending twice says it once. */
  readonly id: string;
  readonly text: string;
  readonly files: readonly SentFile[];
  readonly state: State;
}

type StateOf<T extends State["type"]> = Extract<State, { type: T }>;

/** Reads one back from where it was kept. */
export const readOutgoing = object<OutgoingMessage>({
  id: text,
  text,
  files: list(readSentFile),
  state: variants<State>({
    waiting: object<StateOf<"waiting">>({ type: oneOf({ waiting: true }) }),
    sending: object<StateOf<"sending">>({ type: oneOf({ sending: true }) }),
    accepted: object<StateOf<"accepted">>({ type: oneOf({ accepted: true }), isQueued: flag }),
    failed: object<StateOf<"failed">>({ type: oneOf({ failed: true }), reason: text }),
  }),
});

export type Outbox = readonly OutgoingMessage[];

export type OutboxEvent =
  | { readonly type: "written"; readonly id: string; readonly text: string; readonly files: readonly SentFile[] }
  /** Found from before a reload. */
  | { readonly type: "restored"; readonly messages: Outbox }
  | { readonly type: "sending"; readonly id: string }
  | { readonly type: "accepted"; readonly id: string; readonly isQueued: boolean }
  /** The session cannot take it yet: it stays, and is sent when it can. */
  | { readonly type: "postponed"; readonly id: string }
  | { readonly type: "failed"; readonly id: string; readonly reason: string }
  | { readonly type: "retried"; readonly id: string }
  | { readonly type: "removed"; readonly id: string };

export function reduceOutbox(outbox: Outbox, event: OutboxEvent): Outbox {
  if (event.type === "restored") {
    const known = new Set(outbox.map((message) => message.id));
    return [...event.messages.filter((message) => !known.has(message.id)).map(afterReload), ...outbox];
  }
  if (event.type === "written") {
    const { id, text, files } = event;
    return [...outbox, { id, text, files, state: { type: "waiting" } }];
  }
  const set = (state: OutgoingMessage["state"]): Outbox =>
    outbox.map((message) => (message.id === event.id ? { ...message, state } : message));
  switch (event.type) {
    case "sending":
      return set({ type: "sending" });
    case "accepted":
      return set({ type: "accepted", isQueued: event.isQueued });
    case "postponed":
    case "retried":
      return set({ type: "waiting" });
    case "failed":
      return set({ type: "failed", reason: event.reason });
    case "removed":
      return outbox.filter((message) => message.id !== event.id);
  }
}

/** What was on its way when the page went away may have arrived or not: it is sent again, which says it once. */
function afterReload(message: OutgoingMessage): OutgoingMessage {
  return message.state.type === "failed" ? message : { ...message, state: { type: "waiting" } };
}

/** The message to send now: in order, one at a time, and none past one that failed. */
export function nextToSend(outbox: Outbox): OutgoingMessage | undefined {
  for (const message of outbox) {
    if (message.state.type === "waiting") return message;
    if (message.state.type === "sending" || message.state.type === "failed") return undefined;
  }
  return undefined;
}
