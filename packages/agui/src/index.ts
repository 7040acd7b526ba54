/** AG-UI events: numbering and keeping them, shortening them, sending and receiving them. Used by runner and backend. */
export * from "./errors.ts";
export * from "./event/event.ts";
export { EventLog, type EventLogOptions, type ReadOptions } from "./log/event-log.ts";
export { compact } from "./compact/compact.ts";
export { toMessages } from "./messages/to-messages.ts";
export { OpenItems } from "./open-items/open-items.ts";
export * from "./sse/format.ts";
export * from "./sse/reader.ts";
export * from "./sse/writer.ts";
