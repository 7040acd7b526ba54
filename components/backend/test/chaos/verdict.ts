/** What is wrong after a history: compares what clients were told with what the runner's log holds. */
import type { Received } from "../reader.ts";
import type { Sent } from "./writer.ts";

interface Run {
  readonly runId: string;
  readonly text: string | undefined;
}

/** Each stream must be the log, byte for byte. */
export function streamFaults(name: string, received: readonly Received[], log: readonly Received[]): string[] {
  const wrong = log.findIndex(({ seq, data }, index) => received[index]?.seq !== seq || received[index]?.data !== data);
  if (wrong !== -1) {
    const { seq = "none", data = "" } = received[wrong] ?? {};
    return [`${name}: in place of event ${log[wrong]?.seq} ${log[wrong]?.data} it got ${seq} ${data}`];
  }
  return received.length === log.length ? [] : [`${name} got ${received.length} events of ${log.length}`];
}

/** Accepted runs begin once, those of one writer in their order, each ends before the next begins; a cancelled one never begins. */
export function runFaults(log: readonly Received[], writers: readonly { readonly sent: readonly Sent[] }[]): string[] {
  const { runs, faults } = runsOf(log);
  for (const { sent } of writers) {
    let last = -1;
    for (const { text, runId, cancelled } of sent) {
      const places = runs.flatMap((run, place) => (run.text === text ? [place] : []));
      const [place] = places;
      if (places.length > 1) faults.push(`${text} was carried out ${places.length} times`);
      if (place === undefined) {
        if (runId !== undefined && cancelled === "no") faults.push(`${text} was accepted as ${runId} and is lost`);
        continue;
      }
      if (cancelled === "yes") faults.push(`${text} was cancelled and carried out`);
      if (runId !== undefined && runs[place]?.runId !== runId) {
        faults.push(`${text} was accepted as ${runId} and carried out as ${runs[place]?.runId}`);
      }
      if (place < last) faults.push(`${text} was carried out before one that was sent before it`);
      last = place;
    }
  }
  return faults;
}

function runsOf(log: readonly Received[]): { runs: Run[]; faults: string[] } {
  const runs: Run[] = [];
  const faults: string[] = [];
  let open: string | undefined;
  for (const { seq, data } of log) {
    if (!data.includes('"type":"RUN_')) continue;
    const event = JSON.parse(data) as {
      type: string;
      runId?: string;
      input?: { messages?: { content?: unknown }[] };
    };
    if (event.type === "RUN_STARTED") {
      if (open !== undefined) faults.push(`event ${seq} begins run ${event.runId} while ${open} is open`);
      open = event.runId;
      const content = event.input?.messages?.[0]?.content;
      runs.push({ runId: event.runId ?? "", text: typeof content === "string" ? content : undefined });
    } else {
      if (open === undefined) faults.push(`event ${seq} ends a run, and none is open`);
      open = undefined;
    }
  }
  if (open !== undefined) faults.push(`run ${open} has no end`);
  return { runs, faults };
}
