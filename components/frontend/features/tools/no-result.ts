/** What stands in the place of a result that is not there. */
import * as texts from "@/lib/texts";
import type { ToolStatus } from "./tool-status";

export const noResult: Readonly<Record<Exclude<ToolStatus, "done" | "failed">, string>> = {
  running: texts.tools.noResult,
  waiting: texts.tools.waitingBody,
  denied: texts.tools.deniedBody,
  unanswered: texts.tools.unanswered,
};
