// Keeps the demo agent's list of steps in whichever todo tool there is.
import type { ToolBlock } from "../reply.ts";
import type { Stage } from "./stage.ts";
import type { TodoItem } from "./toolbox.ts";

export interface Step {
  readonly content: string;
  readonly active: string;
}

function items(steps: readonly Step[], done: number): TodoItem[] {
  return steps.map((step, index) => ({
    ...step,
    status: index < done ? "completed" : index === done ? "in_progress" : "pending",
  }));
}

/** Ids of the tasks that were created in this turn, in order ("Task #3 created …"). */
function taskIds(stage: Stage): string[] {
  return stage.turn.results
    .filter((one) => one.tool === "TaskCreate" && !one.isError)
    .map((one) => /#(\d+)/.exec(one.text)?.[1] ?? "")
    .filter((id) => id !== "");
}

/** The calls that put the list on show, with the first `done` steps ticked off. */
export function openList(stage: Stage, steps: readonly Step[], done: number): ToolBlock[] {
  const { todos, tasks } = stage.tools;
  if (todos) return [todos(items(steps, done))];
  return tasks ? items(steps, done).map((item) => tasks.create(item)) : [];
}

/** The calls that tick off all steps up to `done`; `before` of them were ticked off already. */
export function tickOff(stage: Stage, steps: readonly Step[], before: number, done: number): ToolBlock[] {
  const { todos, tasks } = stage.tools;
  if (todos) return [todos(items(steps, done))];
  if (!tasks) return [];
  const ids = taskIds(stage);
  const finished = ids.slice(before, done).map((id) => tasks.update(id, "completed"));
  const next = ids[done];
  return next === undefined ? finished : [...finished, tasks.update(next, "in_progress")];
}
