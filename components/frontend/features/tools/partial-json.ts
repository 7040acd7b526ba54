/** Reads the arguments of a tool call while they are still being written: what is complete so far, cut strings included. */
import { isRecord } from "../thread/fields.ts";

/** Arguments are looked at each frame while they stream; the first part of a long file is enough for that. */
const MAXIMUM_CHARACTERS = 24_000;

/** An object of what can be read of `text`; empty when that is nothing. Never throws. */
export function parseArguments(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === "") return {};
  try {
    const whole: unknown = JSON.parse(text);
    return isRecord(whole) ? whole : { value: whole };
  } catch {
    const partial = readPartial(text.slice(0, MAXIMUM_CHARACTERS));
    return isRecord(partial) ? partial : {};
  }
}

/** Closes what is open at the end of a JSON text that was cut anywhere, and drops what cannot be closed. */
function readPartial(text: string): unknown {
  const closers: string[] = [];
  let inString = false;
  let lastSafe = 0; // Up to here, closing the open brackets gives valid JSON.
  let safeClosers: string[] = [];
  const markSafe = (at: number) => {
    lastSafe = at;
    safeClosers = [...closers];
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at += 1;
      else if (character === '"') {
        inString = false;
        if (!isKey(text, at + 1)) markSafe(at + 1);
      }
      continue;
    }
    if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      closers.push(character === "{" ? "}" : "]");
      markSafe(at + 1);
    } else if (character === "}" || character === "]") {
      closers.pop();
      markSafe(at + 1);
    } else if (character === "," || character === undefined) markSafe(at);
  }
  if (inString) {
    // A cut string is closed where it is, without half an escape; as a key it fails, and the last safe place is taken.
    const cut = text.replace(/\\(u[0-9a-fA-F]{0,3})?$/, "");
    const whole = tryParse(`${cut}"${closers.toReversed().join("")}`);
    if (whole !== undefined) return whole;
  }
  return tryParse(text.slice(0, lastSafe) + safeClosers.toReversed().join(""));
}

function isKey(text: string, from: number): boolean {
  const next = text.slice(from).trimStart();
  return next === "" || next.startsWith(":");
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
