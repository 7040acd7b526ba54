"use client";
/** Structured activities of an agent: a plan as a list, anything else as the data that it is. */
import { CodeBlock } from "../markdown/code-block";
import { isRecord, listOf, textOf } from "../thread/fields";
import type { ActivityEntry } from "../thread/thread-state";
import { TodoList } from "../tools/todo-list";

export function ActivityView({ entry }: { entry: ActivityEntry }) {
  const steps = isRecord(entry.content) ? listOf(entry.content["steps"] ?? entry.content["todos"]) : [];
  const items = steps.flatMap((step) => {
    const text = isRecord(step)
      ? (textOf(step["content"]) ?? textOf(step["title"]) ?? textOf(step["description"]))
      : textOf(step);
    return text === undefined
      ? []
      : [{ text, status: (isRecord(step) ? textOf(step["status"]) : undefined) ?? "pending" }];
  });
  return (
    <section className="overflow-hidden rounded-xl border border-line bg-card">
      <h2 className="truncate px-3.5 py-1.5 text-sm font-medium">
        {entry.activityType.toLowerCase().replaceAll("_", " ")}
      </h2>
      {items.length > 0 ? (
        <TodoList items={items} />
      ) : (
        <div className="border-t border-line p-3">
          <CodeBlock code={JSON.stringify(entry.content, null, 2) ?? ""} language="json" />
        </div>
      )}
    </section>
  );
}
