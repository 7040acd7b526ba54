"use client";
import type { BackgroundTask } from "@pilothouse/contracts";
import { messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import type { SessionPlace } from "../chat/chat-context";
import { AnsiText } from "../tools/ansi-text";
import { useTaskOutput } from "./use-tasks";

/** What a task has written so far; the end of it, when there is much. */
export function TaskOutputView({ place, task }: { place: SessionPlace; task: BackgroundTask }) {
  const { data, error } = useTaskOutput(place, task);
  if (error !== null)
    return (
      <p role="alert" className="px-3 pb-2 text-bad">
        {messageOf(error)}
      </p>
    );
  return (
    <pre
      tabIndex={0}
      className="scroll-thin max-h-60 overflow-auto bg-term px-3.5 py-2.5 font-mono text-xs leading-relaxed whitespace-pre-wrap text-term-ink [overflow-wrap:anywhere]"
    >
      {data?.truncated === true ? <span className="text-term-dim">{`${texts.tasks.truncated}\n`}</span> : null}
      {data === undefined ? (
        <span className="text-term-dim">{texts.common.loading}</span>
      ) : data.output === "" ? (
        <span className="text-term-dim">{texts.tools.emptyResult}</span>
      ) : (
        <AnsiText text={data.output} />
      )}
    </pre>
  );
}
