/**
 * Finds the JSON values in an answer while it passes by: the data of each server-sent event, or the whole document.
 * It sits beside the stream, never in it: what it cannot read is not counted, and the answer goes on regardless.
 */
import { StringDecoder } from "node:string_decoder";

const LONGEST = 16 * 1024 * 1024;

export interface Scanner {
  push(chunk: Buffer): void;
  end(): void;
}

function parse(text: string, see: (value: unknown) => void, onFragment?: () => void): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    onFragment?.();
    return;
  }
  see(value);
}

function eventScanner(see: (value: unknown) => void): Scanner {
  const decoder = new StringDecoder("utf8");
  let line = "";
  /** Of an event whose value goes on in the next line. */
  let begun = "";
  const take = (finished: string): void => {
    if (!finished.startsWith("data:")) {
      if (finished === "") begun = "";
      return;
    }
    const data = `${begun}${finished.slice(5)}`;
    begun = "";
    parse(data, see, () => {
      if (data.length < LONGEST) begun = `${data}\n`;
    });
  };
  return {
    push(chunk) {
      const lines = (line + decoder.write(chunk)).split(/\r\n|\n|\r/);
      line = lines.pop() ?? "";
      if (line.length > LONGEST) line = "";
      for (const finished of lines) take(finished);
    },
    end() {
      take(line + decoder.end());
      line = "";
    },
  };
}

function documentScanner(see: (value: unknown) => void): Scanner {
  let chunks: Buffer[] = [];
  let length = 0;
  return {
    push(chunk) {
      length += chunk.length;
      if (length > LONGEST) chunks = [];
      else chunks.push(chunk);
    },
    end() {
      if (length <= LONGEST) parse(Buffer.concat(chunks).toString("utf8"), see);
      chunks = [];
    },
  };
}

export function scanner(contentType: string | undefined, see: (value: unknown) => void): Scanner {
  return /^text\/event-stream\b/i.test(contentType ?? "") ? eventScanner(see) : documentScanner(see);
}
