import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyCheckpoint, type Checkpoint } from "@langchain/langgraph-checkpoint";
import { HumanMessage } from "@langchain/core/messages";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileCheckpointer } from "./checkpointer.ts";

const METADATA = { source: "loop", step: 1, parents: {} } as const;
const checkpoint = (id: string, messages: unknown[] = []): Checkpoint => ({
  ...emptyCheckpoint(),
  id,
  channel_values: { messages },
});
const thread = (id?: string) => ({
  configurable: { thread_id: "t", checkpoint_ns: "", ...(id === undefined ? {} : { checkpoint_id: id }) },
});

describe("the checkpointer", () => {
  let directory: string;
  let saver: FileCheckpointer;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "pilothouse-checkpoints-"));
    saver = new FileCheckpointer(join(directory, "inner", "checkpoints.sqlite"));
  });
  afterEach(async () => {
    saver.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("knows nothing of a thread that never was", async () => {
    expect(await saver.getTuple(thread())).toBeUndefined();
  });

  it("gives back the newest checkpoint with its messages, also to another process", async () => {
    await saver.put(thread(), checkpoint("1", [new HumanMessage("ahoy")]), METADATA, {});
    await saver.put(thread("1"), checkpoint("2", [new HumanMessage("ahoy again")]), METADATA, {});
    saver.close();
    saver = new FileCheckpointer(join(directory, "inner", "checkpoints.sqlite"));
    const tuple = await saver.getTuple(thread());
    expect(tuple).toMatchObject({ config: thread("2"), parentConfig: thread("1"), metadata: METADATA });
    const messages = tuple?.checkpoint.channel_values["messages"];
    const message: unknown = Array.isArray(messages) ? messages[0] : undefined;
    expect(HumanMessage.isInstance(message) && message.content).toBe("ahoy again");
  });

  it("keeps a task's writes in the order of their path and position, and each of them once", async () => {
    await saver.put(thread(), checkpoint("1"), METADATA, {});
    await saver.putWrites(thread("1"), [["messages", "second"]], "a", "~2");
    await saver.putWrites(
      thread("1"),
      [
        ["messages", "first"],
        ["other", 1],
      ],
      "b",
      "~1",
    );
    await saver.putWrites(thread("1"), [["messages", "again"]], "b", "~1");
    expect((await saver.getTuple(thread("1")))?.pendingWrites).toEqual([
      ["b", "messages", "first"],
      ["b", "other", 1],
      ["a", "messages", "second"],
    ]);
  });

  it("replaces what the framework notes about a task", async () => {
    await saver.put(thread(), checkpoint("1"), METADATA, {});
    await saver.putWrites(thread("1"), [["__interrupt__", "old"]], "a");
    await saver.putWrites(thread("1"), [["__interrupt__", "new"]], "a");
    expect((await saver.getTuple(thread("1")))?.pendingWrites).toEqual([["a", "__interrupt__", "new"]]);
  });

  it("forgets all but the newest, with their writes", async () => {
    for (let count = 1; count <= 9; count++) {
      await saver.put(thread(String(count - 1)), checkpoint(String(count)), METADATA, {});
      await saver.putWrites(thread(String(count)), [["messages", count]], "a");
    }
    const left: unknown[] = [];
    for await (const tuple of saver.list(thread())) left.push([tuple.checkpoint.id, tuple.pendingWrites?.length]);
    expect(left).toEqual([
      ["9", 1],
      ["8", 1],
      ["7", 1],
      ["6", 1],
    ]);
    expect(await saver.getTuple(thread("1"))).toBeUndefined();
  });

  it("lists with a limit, before one, and by metadata", async () => {
    await saver.put(thread(), checkpoint("1"), { ...METADATA, step: 1 }, {});
    await saver.put(thread("1"), checkpoint("2"), { ...METADATA, step: 2 }, {});
    const ids = async (options: Parameters<FileCheckpointer["list"]>[1]): Promise<string[]> => {
      const found: string[] = [];
      for await (const tuple of saver.list(thread(), options)) found.push(tuple.checkpoint.id);
      return found;
    };
    expect(await ids({ limit: 1 })).toEqual(["2"]);
    expect(await ids({ before: thread("2") })).toEqual(["1"]);
    expect(await ids({ filter: { step: 1 } })).toEqual(["1"]);
    await saver.deleteThread("t");
    expect(await ids({})).toEqual([]);
  });
});
