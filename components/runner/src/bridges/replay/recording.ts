/** A recording: lines of `{"at": <ms since its run began>, "event": <AG-UI event>}`, several runs one after the other. */
import { endsRun, EventType, parseEvent, type Event } from "@pilothouse/agui";
import { z } from "zod";
import { isWorkspaceRun } from "../../runs/workspace-news.ts";
import { messageOf, RunnerError } from "../../errors.ts";

export interface RecordedEvent {
  readonly at: number;
  readonly event: Event;
}

export interface RecordedRun {
  /** What was inside the run, without its start and its end. */
  readonly events: readonly RecordedEvent[];
  /** How it ended; undefined when the recording was cut. */
  readonly end: RecordedEvent | undefined;
}

const Line = z.object({ at: z.number().min(0).default(0), event: z.unknown() });

/** @throws RunnerError RECORDING_INVALID that names the line */
export function parseRecording(text: string, name: string): RecordedRun[] {
  const runs: { events: RecordedEvent[]; end: RecordedEvent | undefined }[] = [];
  let current: { events: RecordedEvent[]; end: RecordedEvent | undefined } | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const recorded = parseLine(line, name, index + 1);
    if (recorded.event.type === EventType.RUN_STARTED && isWorkspaceRun(recorded.event.runId)) current = undefined;
    else if (recorded.event.type === EventType.RUN_STARTED) {
      current = { events: [], end: undefined };
      runs.push(current);
    } else if (current !== undefined && endsRun(recorded.event)) {
      current.end = recorded;
      current = undefined;
    } else current?.events.push(recorded);
  }
  if (runs.length === 0)
    throw new RunnerError("RECORDING_INVALID", `recording ${name}: it has no run; a run begins with RUN_STARTED`);
  return runs;
}

function parseLine(line: string, name: string, number: number): RecordedEvent {
  try {
    const { at, event } = Line.parse(JSON.parse(line));
    return { at, event: parseEvent(event) };
  } catch (error) {
    throw new RunnerError("RECORDING_INVALID", `recording ${name}, line ${number}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
