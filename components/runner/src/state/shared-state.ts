/**
 * The state that agent and clients share between turns: a JSON document. Clients set it with a run, the agent changes it by
 * a tool, and everyone follows by STATE_SNAPSHOT at a run's start and STATE_DELTA after. Survives the attempt.
 */
import { EventType, type Event } from "@pilothouse/agui";
import type { JsonPatchOperation } from "@ag-ui/core";
import { RunnerError } from "../errors.ts";

export type JsonObject = Record<string, unknown>;

export interface SharedStateOptions {
  readonly initial: JsonObject;
  readonly save: (state: JsonObject) => void;
}

const LARGEST_STATE = 256 * 1024;
/** They would reach the prototype of the document rather than its fields. */
const FORBIDDEN_FIELDS = new Set(["__proto__", "constructor", "prototype"]);

export class SharedState {
  readonly #options: SharedStateOptions;
  #state: JsonObject;

  constructor(options: SharedStateOptions) {
    this.#options = options;
    this.#state = options.initial;
  }

  get current(): JsonObject {
    return structuredClone(this.#state);
  }

  /** What a run begins with. Clients that have no state send an empty one, which changes nothing. */
  startRun(sent: unknown): Event[] {
    if (isObject(sent) && Object.keys(sent).length > 0) this.#replace(structuredClone(sent));
    return Object.keys(this.#state).length === 0 ? [] : [{ type: EventType.STATE_SNAPSHOT, snapshot: this.current }];
  }

  /**
   * Sets the value at a JSON pointer (RFC 6901), making the objects that lead to it; without a value, removes what is there.
   *
   * @throws RunnerError BODY_INVALID when the pointer leads through something that is no object
   */
  change(pointer: string, value: unknown): Event {
    const fields = fieldsOf(pointer);
    const name = fields.at(-1);
    if (name === undefined) throw new RunnerError("BODY_INVALID", "path: names no field; use /field or /field/inner");
    const next = this.current;
    const operations: JsonPatchOperation[] = [];
    let place: JsonObject = next;
    for (const [index, field] of fields.slice(0, -1).entries()) {
      const inner = Object.hasOwn(place, field) ? place[field] : undefined;
      if (inner !== undefined && !isObject(inner))
        throw new RunnerError("BODY_INVALID", `path ${pointer}: ${field} is not an object`);
      const made: JsonObject = inner ?? {};
      if (inner === undefined) operations.push({ op: "add", path: pointerOf(fields.slice(0, index + 1)), value: {} });
      place[field] = made;
      place = made;
    }
    const existed = Object.hasOwn(place, name);
    if (value === undefined) {
      if (!existed) throw new RunnerError("BODY_INVALID", `path ${pointer}: there is nothing to remove`);
      delete place[name];
      operations.push({ op: "remove", path: pointerOf(fields) });
    } else {
      place[name] = value;
      operations.push({ op: existed ? "replace" : "add", path: pointerOf(fields), value });
    }
    this.#replace(next);
    return { type: EventType.STATE_DELTA, delta: operations };
  }

  #replace(state: JsonObject): void {
    if (JSON.stringify(state).length > LARGEST_STATE)
      throw new RunnerError("BODY_INVALID", `the shared state would be larger than ${LARGEST_STATE} characters`);
    this.#state = state;
    this.#options.save(state);
  }
}

function fieldsOf(pointer: string): string[] {
  if (!pointer.startsWith("/")) throw new RunnerError("BODY_INVALID", `path ${pointer}: must begin with /`);
  const fields = pointer
    .slice(1)
    .split("/")
    .map((field) => field.replaceAll("~1", "/").replaceAll("~0", "~"));
  const bad = fields.find((field) => field === "" || FORBIDDEN_FIELDS.has(field));
  if (bad !== undefined) throw new RunnerError("BODY_INVALID", `path ${pointer}: "${bad}" is no name of a field`);
  return fields;
}

function pointerOf(fields: readonly string[]): string {
  return fields.map((field) => `/${field.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
