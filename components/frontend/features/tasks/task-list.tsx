"use client";
/** Background tasks above the message: how many run, and on demand each with its output and a way to stop it. */
import type { BackgroundTask } from "@pilothouse/contracts";
import { Check, ChevronRight, Square, X } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Spinner } from "@/components/ui/spinner";
import { cn } from "@/lib/class-names";
import { formatDuration } from "@/lib/format";
import * as texts from "@/lib/texts";
import { useNow } from "@/lib/use-now";
import { type SessionPlace, useChat } from "../chat/chat-context";
import { TaskOutputView } from "./task-output";
import { useStopTask, useTasks } from "./use-tasks";

export function TaskList({ place, isLive }: { place: SessionPlace; isLive: boolean }) {
  const tasks = useTasks(place, isLive);
  const [isOpen, setOpen] = useState(false);
  const bodyId = useId();
  const running = tasks.filter((task) => task.status === "running").length;
  if (tasks.length === 0) return null;
  return (
    <section
      aria-label={texts.tasks.title}
      className="mx-auto mb-2 max-w-[720px] overflow-hidden rounded-xl border border-line bg-panel text-sm"
    >
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={bodyId}
        onClick={() => setOpen(!isOpen)}
        className="flex w-full items-center gap-2 px-3 py-1.5 text-left text-ink-2 -outline-offset-2 hover:text-ink"
      >
        {running > 0 ? <Spinner className="size-3.5 text-accent" /> : <Check aria-hidden className="size-3.5" />}
        <span className="flex-1">{texts.tasks.count(running, tasks.length)}</span>
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 text-ink-3 transition-transform duration-100", isOpen && "rotate-90")}
        />
      </button>
      <div id={bodyId}>
        {isOpen ? (
          <ul className="scroll-thin max-h-72 overflow-y-auto border-t border-line">
            {tasks.map((task) => (
              <TaskRow key={task.id} place={place} task={task} />
            ))}
          </ul>
        ) : null}
      </div>
    </section>
  );
}

function TaskRow({ place, task }: { place: SessionPlace; task: BackgroundTask }) {
  const { canAct } = useChat();
  const [isOpen, setOpen] = useState(false);
  const outputId = useId();
  const stop = useStopTask(place);
  return (
    <li className="border-line not-first:border-t">
      <div className="flex items-center gap-2 px-3 py-1.5">
        <TaskGlyph status={task.status} />
        <span className="min-w-0 flex-1 truncate" title={task.description}>
          {task.description}
        </span>
        <span className={cn("shrink-0 text-xs text-ink-3 tabular", task.status === "failed" && "text-bad")}>
          {texts.tasks.status[task.status]}
          <TaskTime task={task} />
        </span>
        {task.status === "running" && canAct === "yes" ? (
          <Button size="sm" disabled={stop.isPending} onClick={() => stop.mutate(task.id)}>
            {stop.isPending ? texts.tasks.stopping : texts.tasks.stop}
          </Button>
        ) : null}
        <Button
          size="sm"
          variant="ghost"
          aria-expanded={isOpen}
          aria-controls={outputId}
          onClick={() => setOpen(!isOpen)}
        >
          {texts.tasks.output}
        </Button>
      </div>
      <div id={outputId}>{isOpen ? <TaskOutputView place={place} task={task} /> : null}</div>
    </li>
  );
}

function TaskTime({ task }: { task: BackgroundTask }) {
  const now = useNow(1000, task.status === "running");
  const start = Date.parse(task.startedAt ?? "");
  const end = task.status === "running" ? now : Date.parse(task.endedAt ?? "");
  return Number.isNaN(start) || Number.isNaN(end) || end < start ? null : ` · ${formatDuration(end - start)}`;
}

export function TaskGlyph({ status }: { status: BackgroundTask["status"] }) {
  const style = "size-3.5 shrink-0";
  switch (status) {
    case "running":
      return <Spinner className={cn(style, "text-accent")} />;
    case "completed":
      return <Check aria-hidden className={cn(style, "text-ok")} strokeWidth={2.4} />;
    case "failed":
      return <X aria-hidden className={cn(style, "text-bad")} strokeWidth={2.4} />;
    case "stopped":
      return <Square aria-hidden className={cn(style, "p-px text-ink-3")} />;
  }
}
