import { Check, Circle, CircleDot } from "lucide-react";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import type { TodoItem } from "./tool-facts";

export function TodoList({ items }: { items: readonly TodoItem[] }) {
  const done = items.filter((item) => item.status === "completed").length;
  return (
    <div className="border-t border-line px-3.5 py-2.5">
      <p className="mb-1.5 text-xs text-ink-3">{texts.tools.planProgress(done, items.length)}</p>
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-1">
        {items.map((item, index) => (
          <li
            key={index}
            className={cn(
              "flex items-start gap-2 text-sm",
              item.status === "completed" && "text-ink-3",
              item.status === "in_progress" && "font-medium",
            )}
          >
            <TodoGlyph status={item.status} />
            <span className="min-w-0 break-words">{item.text}</span>
            <span className="sr-only">{texts.tools.todo[item.status] ?? item.status}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function TodoGlyph({ status }: { status: string }) {
  const style = "mt-[3px] size-3.5 shrink-0";
  if (status === "completed") return <Check aria-hidden className={cn(style, "text-ok")} strokeWidth={2.4} />;
  if (status === "in_progress") return <CircleDot aria-hidden className={cn(style, "text-accent")} />;
  return <Circle aria-hidden className={cn(style, "text-ink-3")} />;
}
