/** "Read 4 files, searched setCookie": what several quiet calls did, in one sentence. */
import { texts } from "../../lib/texts/index.ts";
import type { ToolEntry } from "../thread/thread-state.ts";
import { describeTool } from "./describe-tool.ts";
import { parseArguments } from "./partial-json.ts";

const NAMED = 2;

export function summarizeGroup(calls: readonly ToolEntry[]): string {
  const descriptions = calls.map((call) => describeTool(call.name, parseArguments(call.argumentsText), true));
  const of = (family: string) => [
    ...new Set(descriptions.filter((item) => item.family === family).map((item) => item.target)),
  ];
  const named = (verb: string, targets: string[], many: (count: number) => string) =>
    targets.length === 0 ? [] : [`${verb} ${targets.length <= NAMED ? targets.join(", ") : many(targets.length)}`];
  const parts = [
    ...named(texts.tools.read, of("read"), texts.tools.files),
    ...named(texts.tools.searched, of("search"), texts.tools.times),
    ...named(texts.tools.listed, of("list"), (count) => `${count} folders`),
  ];
  return parts
    .map((part, index) => (index === 0 ? part : part.replace(/^./, (first) => first.toLowerCase())))
    .join(", ");
}
