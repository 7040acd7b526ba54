/** Parses `text/event-stream` (WHATWG HTML, section 9.2.6) as its bytes come. */

export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Feeds on text in pieces of any size, and gives the events that a piece completed. */
export function createEventParser(): (piece: string) => ServerSentEvent[] {
  let rest = "";
  let id: string | undefined;
  let event = "";
  let data: string[] = [];

  function readLine(line: string): ServerSentEvent | undefined {
    if (line === "") {
      const complete = data.length === 0 ? undefined : { id, event: event || "message", data: data.join("\n") };
      event = "";
      data = [];
      return complete;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return undefined; // A comment: heartbeats are such.
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") data.push(value);
    else if (field === "event") event = value;
    else if (field === "id" && !value.includes("\0")) id = value;
    return undefined;
  }

  return (piece) => {
    const events: ServerSentEvent[] = [];
    let text = rest + piece;
    // A CR at the very end may be the first half of CR LF: it waits for the next piece.
    const held = text.endsWith("\r") ? "\r" : "";
    if (held !== "") text = text.slice(0, -1);
    const lines = text.split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? "") + held;
    for (const line of lines) {
      const complete = readLine(line);
      if (complete !== undefined) events.push(complete);
    }
    return events;
  };
}
