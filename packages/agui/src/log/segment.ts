/**
 * One file of the event log: a line of JSON per event, named by the number of its first event.
 * A process can die within a write, so the last line may be torn: `scan` says up to where a segment is whole.
 */
import { parseSequencedEvent, type SequencedEvent } from "../event/event.ts";
import { AguiError } from "../errors.ts";

const NAME = /^(\d{16})\.jsonl$/;
const NEWLINE = 0x0a;

/** File name of the segment that begins with event `firstSeq`; names sort as numbers do. */
export function segmentName(firstSeq: number): string {
  return `${String(firstSeq).padStart(16, "0")}.jsonl`;
}

/** The number in a segment's name, or undefined for any other file. */
export function segmentStart(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function formatLine(entry: SequencedEvent): string {
  return `{"seq":${entry.seq},"event":${JSON.stringify(entry.event)}}\n`;
}

export interface Scan {
  readonly events: SequencedEvent[];
  /** Bytes from the start that hold whole lines, in sequence. */
  readonly wholeBytes: number;
}

/**
 * Reads a segment's bytes up to the first line that is cut off, is not an event, or is out of sequence. In the newest
 * segment that is where a process or a machine died: what follows was never confirmed. In an older one it is an error.
 */
export function scanSegment(bytes: Buffer, firstSeq: number, file: string, isNewest: boolean): Scan {
  const events: SequencedEvent[] = [];
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(NEWLINE, start);
    const entry = end === -1 ? undefined : parseLine(bytes.toString("utf8", start, end));
    if (entry === undefined || entry.seq !== firstSeq + events.length) {
      if (isNewest) break;
      const expected = firstSeq + events.length;
      throw new AguiError("LOG_CORRUPT", `${file}: expected event ${expected} at byte ${start}`);
    }
    events.push(entry);
    start = end + 1;
  }
  return { events, wholeBytes: start };
}

function parseLine(line: string): SequencedEvent | undefined {
  try {
    return parseSequencedEvent(JSON.parse(line));
  } catch {
    return undefined;
  }
}
