/** The one way of an event into the log: checked, stamped, without secrets, numbered. */
import { OpenItems, parseEvent, type Event, type EventLog } from "@pilothouse/agui";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";
import { Redactor, type Secrets } from "./redaction.ts";

export interface RecorderOptions {
  readonly log: EventLog;
  readonly secrets: Secrets;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export type EventListener = (event: Event, seq: number) => void;

export class Recorder {
  /** What is open in the log, seen as a reader sees it. */
  readonly open = new OpenItems();
  readonly #log: EventLog;
  readonly #redactor: Redactor;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #listeners = new Set<EventListener>();

  constructor(options: RecorderOptions) {
    this.#log = options.log;
    this.#redactor = new Redactor(options.secrets);
    this.#logger = options.logger;
    this.#now = options.now ?? Date.now;
  }

  /** The listener is told of each event as it is numbered, before it is written. */
  listen(listener: EventListener): void {
    this.#listeners.add(listener);
  }

  record(event: Event): void {
    let checked: Event;
    try {
      checked = parseEvent(event);
    } catch (error) {
      // A bridge that emits such an event has a fault; a reader that gets it would stop reading.
      this.#logger.error({ type: event.type, reason: messageOf(error) }, "an event was left out of the log");
      return;
    }
    for (const outgoing of this.#redactor.push(checked)) {
      const stamped = { ...outgoing, timestamp: outgoing.timestamp ?? this.#now() };
      this.open.see(stamped);
      const { seq } = this.#log.append(stamped);
      for (const listener of this.#listeners) listener(stamped, seq);
    }
  }
}
