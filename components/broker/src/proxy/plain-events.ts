/**
 * Server-sent events in their plainest form. Google's own client takes nothing else: a comment, or a last event without an
 * empty line behind it, which the standard allows and proxies make, ends its request with an error.
 */
import { StringDecoder } from "node:string_decoder";
import type { Redactor } from "../secrets/redact.ts";

/** Between two events it means nothing, and still shows that the connection lives. */
const NOTHING = "\n\n";

export function plainEvents(): Redactor {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let event: string[] = [];
  const finish = (): string => {
    const whole = event.length === 0 ? "" : `${event.join("\n")}\n\n`;
    event = [];
    return whole;
  };
  const take = (line: string): string => {
    if (line === "") return finish();
    if (line.startsWith(":")) return event.length === 0 ? NOTHING : "";
    event.push(line);
    return "";
  };
  return {
    push(chunk) {
      const text = (rest + decoder.write(chunk)).replace(/^\uFEFF/, "");
      // A carriage return at the end may be half of a line's end.
      const lines = text.endsWith("\r") ? text.slice(0, -1).split(/\r\n|\n|\r/) : text.split(/\r\n|\n|\r/);
      rest = `${lines.pop() ?? ""}${text.endsWith("\r") ? "\r" : ""}`;
      return Buffer.from(lines.map(take).join(""));
    },
    end() {
      const last = `${rest}${decoder.end()}`.replace(/\r$/, "");
      return Buffer.from(`${last === "" ? "" : take(last)}${finish()}`);
    },
  };
}
