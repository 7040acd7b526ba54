import { EventType, type Event } from "@pilothouse/agui";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { RunOutcome } from "../bridges/bridge.ts";
import { RunnerError } from "../errors.ts";
import { WorkspaceNews } from "./workspace-news.ts";

interface Told {
  readonly events: Event[];
  outcome?: RunOutcome;
}

const CLONE_FAILED = new RunnerError("CLONE_FAILED", "there is no branch gone");

function stage(change: { patience?: number; isTaken?: () => boolean } = {}) {
  const runs: Told[] = [];
  const announced: Event[] = [];
  const ending = new AbortController();
  let state = "0%";
  const news = new WorkspaceNews({
    begin: async () => {
      const told: Told = { events: [] };
      runs.push(told);
      return {
        sink: { emit: (event) => void told.events.push(event), writable: async () => undefined },
        yieldSignal: new AbortController().signal,
        end: async (outcome) => void (told.outcome = outcome),
      };
    },
    read: () => [{ type: EventType.CUSTOM, name: "repositories", value: state }],
    announce: (event) => void announced.push(event),
    isTaken: change.isTaken ?? (() => false),
    newId: () => "id",
    signal: ending.signal,
    patience: change.patience ?? 10,
    interval: 5,
  });
  const set = (now: string): void => {
    state = now;
  };
  return { runs, announced, news, ending, set };
}

const values = (events: readonly Event[]): unknown[] =>
  events.map((event) => (event.type === EventType.CUSTOM ? event.value : event.type));

describe("news of the workspace", () => {
  it("tells of work that takes long in a run of its own, each state once", async () => {
    const { runs, announced, news, set } = stage();
    const work = async (): Promise<string> => {
      await sleep(60);
      set("50%");
      await sleep(60);
      set("done");
      return "result";
    };
    expect(await news.during(work())).toBe("result");
    expect(runs).toHaveLength(1);
    expect([values(runs[0]?.events ?? []), runs[0]?.outcome]).toEqual([["0%", "50%", "done"], { type: "success" }]);
    expect(announced).toEqual([]);
  });

  it("tells of quick work in the agent's next run", async () => {
    const { runs, announced, news } = stage({ patience: 5000 });
    await news.during(Promise.resolve());
    expect([runs, values(announced)]).toEqual([[], ["0%"]]);
  });

  it("says at once why work failed", async () => {
    const { runs, news } = stage({ patience: 5000 });
    await expect(news.during(Promise.reject(CLONE_FAILED))).rejects.toThrow(CLONE_FAILED);
    expect(runs[0]?.outcome).toEqual({ type: "error", code: "CLONE_FAILED", message: "there is no branch gone" });
  });

  it("does not blame a repository for the session's end", async () => {
    const { runs, news, ending } = stage();
    const work = sleep(1000, undefined, { signal: ending.signal });
    setTimeout(() => ending.abort(), 50);
    await expect(news.during(work)).rejects.toThrow("aborted");
    expect(runs[0]?.outcome).toEqual({ type: "cancelled" });
  });

  it("says what went wrong once, until it is something else", async () => {
    const { runs, announced, news } = stage();
    for (const words of ["not pushed", "not pushed", undefined, "not pushed"]) await news.say("push", words);
    expect(runs.map(({ events }) => values(events))).toEqual([
      ["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "0%"],
      ["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "0%"],
    ]);
    expect(values(announced)).toEqual(["0%"]);
  });

  it("begins no run over another one, or over a question", async () => {
    const { runs, announced, news } = stage({ isTaken: () => true });
    await news.say("push", "not pushed");
    expect(runs).toEqual([]);
    expect(values(announced)).toEqual(["TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "0%"]);
  });
});
