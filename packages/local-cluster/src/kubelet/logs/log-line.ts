/** One line of a container's log file, in the format of the Container Runtime Interface: `TIME STREAM TAG TEXT`. */

export type LogStream = "stdout" | "stderr";

export interface LogLine {
  /** RFC 3339 with nine digits of a second. */
  readonly time: string;
  readonly stream: LogStream;
  /** "P" is a piece of a line that goes on in the next entry; "F" ends the line. */
  readonly tag: "P" | "F";
  readonly text: Buffer;
}

/** What stands before the text of an entry. */
export function logLinePrefix(time: Date, stream: LogStream, tag: "P" | "F"): Buffer {
  return Buffer.from(`${time.toISOString().slice(0, -1)}000000Z ${stream} ${tag} `);
}

const SPACE = 0x20;

/** Parses a line without its end. Answers undefined for what a crash has cut off in the middle. */
export function parseLogLine(line: Buffer): LogLine | undefined {
  const first = line.indexOf(SPACE);
  const second = line.indexOf(SPACE, first + 1);
  if (first < 0 || second < 0 || line[second + 2] !== SPACE) return undefined;
  const stream = line.toString("latin1", first + 1, second);
  const tag = line.toString("latin1", second + 1, second + 2);
  if ((stream !== "stdout" && stream !== "stderr") || (tag !== "P" && tag !== "F")) return undefined;
  return { time: line.toString("latin1", 0, first), stream, tag, text: line.subarray(second + 3) };
}
