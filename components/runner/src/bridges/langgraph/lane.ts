/** What one graph tells, as AG-UI events. Holds which pieces belong to which call. */
import { EventType, type Event } from "@pilothouse/agui";
import { Speech, type SpeechOptions } from "../common/speech.ts";
import type { CallDelta, LaneTold } from "./told.ts";

export class Lane {
  readonly #speech: Speech;
  /** Calls of the message under way, by their place in it. */
  readonly #calls = new Map<string, string>();
  readonly #steps = new Map<string, number>();
  #messageId: string | undefined;

  constructor(options: SpeechOptions) {
    this.#speech = new Speech(options);
  }

  newRun(): void {
    this.#speech.newRun();
    this.#calls.clear();
    this.#steps.clear();
    this.#messageId = undefined;
  }

  /** Ids of calls that stand in the conversation already. */
  reserve(ids: Iterable<string>): void {
    this.#speech.reserve(ids);
  }

  toolCallId(callId: string): string {
    return this.#speech.toolCallId(callId);
  }

  translate(told: LaneTold): Event[] {
    switch (told.type) {
      case "step":
        return this.#step(told.name, told.phase);
      case "piece":
        return [
          ...this.#message(told.messageId),
          ...this.#speech.reasoning(told.reasoning),
          ...this.#speech.text(told.text),
          ...told.calls.flatMap((call) => this.#call(call)),
        ];
      case "message": {
        const streamed = new Set([...this.#calls.values()].map((id) => this.#speech.toolCallId(id)));
        const whole = told.calls.filter((call) => !streamed.has(call.id));
        const events = whole.flatMap((call) => [
          ...this.#speech.toolStart(call.id, call.name),
          ...this.#speech.toolArguments(call.id, JSON.stringify(call.args)),
        ]);
        return [...events, ...this.#endMessage()];
      }
      case "toolResult": {
        const { callId, content, isError, hunks = [] } = told;
        return this.#speech.toolResult(callId, { content, isError, hunks });
      }
      default:
        return told satisfies never;
    }
  }

  /** Ends what is open: the graph has come to its end. */
  end(): Event[] {
    const steps = [...this.#steps].flatMap(([stepName, running]): Event[] =>
      running > 0 ? [{ type: EventType.STEP_FINISHED, stepName }] : [],
    );
    this.#steps.clear();
    return [...this.#endMessage(), ...steps];
  }

  #message(id: string): Event[] {
    if (this.#messageId === id) return [];
    const ended = this.#endMessage();
    this.#messageId = id;
    return ended;
  }

  #endMessage(): Event[] {
    this.#messageId = undefined;
    this.#calls.clear();
    return this.#speech.end();
  }

  #call({ id, index, name, args }: CallDelta): Event[] {
    const known = this.#calls.get(index);
    if (known !== undefined && (id === undefined || id === "" || id === known))
      return this.#speech.toolArguments(known, args);
    if (id === undefined || id === "" || name === undefined) return [];
    this.#calls.set(index, id);
    return [...this.#speech.toolStart(id, name), ...this.#speech.toolArguments(id, args)];
  }

  /** Several tasks of one node at the same time are one step. */
  #step(stepName: string, phase: "started" | "finished"): Event[] {
    const running = this.#steps.get(stepName) ?? 0;
    const now = Math.max(0, running + (phase === "started" ? 1 : -1));
    this.#steps.set(stepName, now);
    if (running === 0 && now === 1) return [{ type: EventType.STEP_STARTED, stepName }];
    if (running === 1 && now === 0) return [{ type: EventType.STEP_FINISHED, stepName }];
    return [];
  }
}
