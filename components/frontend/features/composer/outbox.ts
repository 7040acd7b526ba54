/** Messages on their way: written, not yet in the conversation. Pure; the hook beside it does the sending. */

export interface OutgoingMessage {
  /** Id of the message and of the run that it starts, so that sending twice says it once. */
  readonly id: string;
  readonly text: string;
  readonly state:
    | { readonly type: "waiting" }
    | { readonly type: "sending" }
    /** Accepted by the server; `isQueued` while another run is active. */
    | { readonly type: "accepted"; readonly isQueued: boolean }
    | { readonly type: "failed"; readonly reason: string };
}

export type Outbox = readonly OutgoingMessage[];

export type OutboxEvent =
  | { readonly type: "written"; readonly id: string; readonly text: string }
  | { readonly type: "sending"; readonly id: string }
  | { readonly type: "accepted"; readonly id: string; readonly isQueued: boolean }
  /** The session cannot take it yet: it stays, and is sent when it can. */
  | { readonly type: "postponed"; readonly id: string }
  | { readonly type: "failed"; readonly id: string; readonly reason: string }
  | { readonly type: "retried"; readonly id: string }
  | { readonly type: "removed"; readonly id: string };

export function reduceOutbox(outbox: Outbox, event: OutboxEvent): Outbox {
  const set = (state: OutgoingMessage["state"]): Outbox =>
    outbox.map((message) => (message.id === event.id ? { ...message, state } : message));
  switch (event.type) {
    case "written":
      return [...outbox, { id: event.id, text: event.text, state: { type: "waiting" } }];
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

/** The message to send now: in order, one at a time, and none past one that failed. */
export function nextToSend(outbox: Outbox): OutgoingMessage | undefined {
  for (const message of outbox) {
    if (message.state.type === "waiting") return message;
    if (message.state.type === "sending" || message.state.type === "failed") return undefined;
  }
  return undefined;
}
