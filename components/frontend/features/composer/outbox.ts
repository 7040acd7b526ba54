/** Messages on their way: written, not yet in the conversation. Pure; the hook beside it does the sending. */
import { z } from "zod";
import { SentFile } from "./attachments.ts";

const State = z.discriminatedUnion("type", [
  z.object({ type: z.literal("waiting") }),
  z.object({ type: z.literal("sending") }),
  /** Accepted by the server; `isQueued` while another run is active. */
  z.object({ type: z.literal("accepted"), isQueued: z.boolean() }),
  z.object({ type: z.literal("failed"), reason: z.string() }),
]);

export const OutgoingMessage = z.object({
  /** Id of the message and of the run that it starts, so that sending twice says it once. */
  id: z.string().min(1),
  text: z.string(),
  files: z.array(SentFile).readonly(),
  state: State,
});
export type OutgoingMessage = Readonly<z.infer<typeof OutgoingMessage>>;

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
