/**
 * What a graph and the graphs inside it tell, as AG-UI events. Each call of a subgraph is a subagent: it belongs to the
 * graph whose node it is, however deep that lies.
 */
import { EventType, type Event } from "@pilothouse/agui";
import type { SpeechOptions } from "../common/speech.ts";
import { Lane } from "./lane.ts";
import type { GraphPath, Told } from "./told.ts";

interface Subgraph {
  readonly path: string;
  readonly node: string;
  readonly parent: string;
  readonly lane: Lane;
  /** Its id as a subagent: another one when it speaks again after its end, since a run has each id once. */
  id: string;
  times: number;
  open: boolean;
}

export class Translator {
  readonly #options: SpeechOptions;
  readonly #main: Lane;
  readonly #subgraphs = new Map<string, Subgraph>();
  /** Calls of a node's subgraph that have ended while others of the same node had not. */
  readonly #endedBeside = new Map<string, number>();

  constructor(options: SpeechOptions) {
    this.#options = { ...options, usedIds: options.usedIds ?? new Set() };
    this.#main = new Lane(this.#options);
  }

  newRun(): void {
    this.#main.newRun();
    this.#subgraphs.clear();
    this.#endedBeside.clear();
  }

  /** Ids of calls that stand in the conversation already. */
  reserve(ids: Iterable<string>): void {
    this.#main.reserve(ids);
  }

  toolCallId(callId: string): string {
    for (const { lane } of this.#subgraphs.values()) {
      const id = lane.toolCallId(callId);
      if (id !== callId) return id;
    }
    return this.#main.toolCallId(callId);
  }

  translate(told: Told, path: GraphPath = []): Event[] {
    if (told.type === "nodeEnded") return this.#nodeEnded(path.join("|"), told.node);
    const subgraph = this.#subgraph(path);
    if (subgraph === undefined) return this.#main.translate(told);
    const events = subgraph.lane.translate(told);
    // A subgraph that is silent needs no telling of.
    return events.length === 0 ? [] : [...this.#start(subgraph), ...ownedBy(subgraph, events)];
  }

  /** The graph has come to its end, and with it what is inside. */
  end(): Event[] {
    return [...this.#subgraphs.values()].toReversed().flatMap((each) => this.#finish(each));
  }

  #subgraph(path: GraphPath): Subgraph | undefined {
    const call = path.at(-1);
    if (call === undefined) return undefined;
    const key = path.join("|");
    const known = this.#subgraphs.get(key);
    if (known !== undefined) return known;
    const parent = path.slice(0, -1);
    this.#subgraph(parent);
    const [node = call] = call.split(":");
    const lane = new Lane(this.#options);
    const subgraph = { path: key, id: key, node, parent: parent.join("|"), lane, times: 0, open: false };
    this.#subgraphs.set(key, subgraph);
    return subgraph;
  }

  #start(subgraph: Subgraph): Event[] {
    if (subgraph.open) return [];
    subgraph.open = true;
    subgraph.times++;
    if (subgraph.times > 1) subgraph.id = `${subgraph.path}~${subgraph.times}`;
    const parent = this.#subgraphs.get(subgraph.parent);
    const nested = parent === undefined ? {} : { parentSubagentRunId: parent.id };
    const above = parent === undefined ? [] : this.#start(parent);
    return [...above, { type: EventType.SUBAGENT_STARTED, subagentRunId: subgraph.id, name: subgraph.node, ...nested }];
  }

  /**
   * A node of a graph has ended: with it the call of its subgraph, if there was one. Which one of several at the same time
   * it was is not told, so they end together, with the last.
   */
  #nodeEnded(graph: string, node: string): Event[] {
    const open = [...this.#subgraphs.values()].filter(
      (each) => each.open && each.parent === graph && each.node === node,
    );
    if (open.length === 0) return [];
    const key = `${graph}|${node}`;
    const ended = (this.#endedBeside.get(key) ?? 0) + 1;
    this.#endedBeside.set(key, ended % open.length);
    return ended < open.length ? [] : open.flatMap((each) => this.#finish(each));
  }

  #finish(subgraph: Subgraph): Event[] {
    if (!subgraph.open) return [];
    const inside = [...this.#subgraphs.values()].filter((each) => each.open && each.parent === subgraph.path);
    const events = [...inside.flatMap((each) => this.#finish(each)), ...ownedBy(subgraph, subgraph.lane.end())];
    subgraph.open = false;
    return [...events, { type: EventType.SUBAGENT_FINISHED, subagentRunId: subgraph.id, outcome: { type: "success" } }];
  }
}

function ownedBy({ id }: Subgraph, events: readonly Event[]): Event[] {
  return events.map((event): Event => Object.assign(event, { subagentRunId: id }));
}
