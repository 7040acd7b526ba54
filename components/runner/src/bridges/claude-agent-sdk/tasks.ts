/** Work that Claude Code does beside the conversation: what its messages tell of it, and where its output is. */
import { open } from "node:fs/promises";
import type { SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import type { BackgroundTask, TaskOutput } from "@pilothouse/contracts/rest/agui";
import { RunnerError } from "../../errors.ts";

interface Task {
  task: BackgroundTask;
  background: boolean;
  outputFile: string | undefined;
  summary: string | undefined;
}

const MOST_TASKS = 200;
const LARGEST_OUTPUT = 64 * 1024;
/** Claude Code says in the tool's result where a command's output goes. */
const OUTPUT_FILE = /Output is being written to: (\/\S+\.output)/;

export interface TasksOptions {
  readonly toolCallId: (toolUseId: string) => string;
  readonly now?: () => number;
}

export class Tasks {
  readonly #options: TasksOptions;
  readonly #tasks = new Map<string, Task>();

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  /** Only what was left running: a command that the conversation waited for is none. */
  get list(): BackgroundTask[] {
    return [...this.#tasks.values()].filter((each) => each.background).map((each) => each.task);
  }

  see(message: SDKMessage): void {
    if (message.type === "user") this.#seeResults(message.message.content);
    if (message.type !== "system") return;
    switch (message.subtype) {
      case "task_started":
        return this.#started(message);
      case "task_updated": {
        const known = this.#tasks.get(message.task_id);
        if (known === undefined) return;
        const { status, is_backgrounded: background, description, end_time: endTime } = message.patch;
        known.background ||= background === true;
        if (description !== undefined) known.task = { ...known.task, description };
        if (status !== undefined) this.#end(known, STATUS[status], endTime);
        return;
      }
      case "task_notification": {
        const known = this.#tasks.get(message.task_id);
        if (known === undefined) return;
        known.background = true;
        known.summary = message.summary;
        if (message.output_file !== "") known.outputFile = message.output_file;
        return this.#end(known, message.status);
      }
      case "background_tasks_changed":
        for (const { task_id: id } of message.tasks) {
          const known = this.#tasks.get(id);
          if (known !== undefined) known.background = true;
        }
        return;
      default:
    }
  }

  /** The process has gone, and all that ran in it. */
  processEnded(): void {
    for (const task of this.#tasks.values()) this.#end(task, "stopped");
  }

  /** @throws RunnerError NOT_FOUND */
  require(id: string): BackgroundTask {
    const known = this.#tasks.get(id);
    if (known === undefined || !known.background) throw new RunnerError("NOT_FOUND", `there is no task ${id}`);
    return known.task;
  }

  /** @throws RunnerError NOT_FOUND */
  async output(id: string): Promise<TaskOutput> {
    this.require(id);
    const known = this.#tasks.get(id);
    const read = known?.outputFile === undefined ? undefined : await endOf(known.outputFile);
    return { id, output: read?.output ?? known?.summary ?? "", truncated: read?.truncated ?? false };
  }

  #started(message: Extract<SDKMessage, { type: "system"; subtype: "task_started" }>): void {
    const { task_id: id, description, tool_use_id: toolUseId } = message;
    const toolCallId = toolUseId === undefined ? {} : { toolCallId: this.#options.toolCallId(toolUseId) };
    const startedAt = this.#time();
    this.#tasks.set(id, {
      task: { id, description, status: "running", startedAt, ...toolCallId },
      background: message.is_backgrounded === true,
      outputFile: undefined,
      summary: undefined,
    });
    for (const oldest of this.#tasks.keys()) {
      if (this.#tasks.size <= MOST_TASKS) break;
      this.#tasks.delete(oldest);
    }
  }

  #seeResults(content: unknown): void {
    if (!Array.isArray(content)) return;
    for (const block of content) {
      const text: string = JSON.stringify(block);
      const [, file] = OUTPUT_FILE.exec(text) ?? [];
      if (file === undefined) continue;
      for (const [id, task] of this.#tasks) if (file.endsWith(`/${id}.output`)) task.outputFile ??= file;
    }
  }

  #end(known: Task, status: BackgroundTask["status"], endTime?: number): void {
    if (known.task.status !== "running" || status === "running") return;
    known.task = { ...known.task, status, endedAt: this.#time(endTime) };
  }

  #time(at = (this.#options.now ?? Date.now)()): string {
    return new Date(at).toISOString();
  }
}

const STATUS = {
  pending: "running",
  running: "running",
  paused: "running",
  completed: "completed",
  failed: "failed",
  killed: "stopped",
} as const;

async function endOf(file: string): Promise<{ output: string; truncated: boolean } | undefined> {
  const handle = await open(file, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - LARGEST_OUTPUT);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, LARGEST_OUTPUT)), { position: start });
    return { output: buffer.subarray(0, bytesRead).toString("utf8"), truncated: start > 0 };
  } finally {
    await handle.close();
  }
}
