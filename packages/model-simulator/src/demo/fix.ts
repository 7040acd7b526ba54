// The play for "fix": searches for TODO marks, edits one file, shows the difference.
import { fileText, findReadme, freeName, MARKS_COMMAND } from "./findings.ts";
import type { Play, Stage } from "./stage.ts";
import { count, lookAround, pathIn, say, setbacks, SIMULATED } from "./stage.ts";

interface Edit {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

function remark(stage: Stage): string {
  const count = stage.findings.marks.length;
  return `Checked by a simulated agent: ${count} TODO or FIXME ${count === 1 ? "mark" : "marks"} found.`;
}

/** An edit must name a text that stands in the file exactly once. */
function plannedEdit(stage: Stage): Edit | undefined {
  const name = findReadme(stage.findings.entries);
  if (name === undefined || !stage.tools.edit) return undefined;
  const content = fileText(stage.turn, pathIn(stage, name));
  const before = content?.split("\n").find((line) => line.trim().length > 3 && content.split(line).length === 2);
  return before === undefined ? undefined : { name, before, after: `${before}\n\n> ${remark(stage)}` };
}

function reportName(stage: Stage): string {
  return freeName("FIXES.md", stage.findings.entries);
}

function report(stage: Stage): string {
  const { marks } = stage.findings;
  return [
    "# Fixes",
    "",
    remark(stage),
    "",
    ...marks.slice(0, 50).map((line) => `- \`${line.replaceAll("`", "'")}\``),
    "",
  ].join("\n");
}

function summary(stage: Stage): string {
  const edit = plannedEdit(stage);
  const { marks } = stage.findings;
  const difference = stage.turn.latest.find((one) => typeof one.input["command"] === "string")?.text.trim();
  return [
    "## What I changed",
    "",
    SIMULATED,
    "",
    `I searched the repository and found **${count(marks.length, "open mark")}**${marks.length > 0 ? ", the first of them:" : "."}`,
    "",
    ...marks.slice(0, 5).map((line) => `- \`${line.replaceAll("`", "'").slice(0, 160)}\``),
    ...(marks.length > 0 ? [""] : []),
    `A script cannot repair code it does not understand. So I left the code alone and noted the result in \`${edit?.name ?? reportName(stage)}\`.`,
    ...(difference ? ["", "```text", difference, "```"] : []),
  ].join("\n");
}

export const fix: Play = {
  name: "fix",
  scenes: [
    (stage) =>
      lookAround(
        stage,
        "Something should be fixed. I look for marks that people left: TODO and FIXME.",
        "I look at the repository first.",
      ),
    (stage) => {
      const readme = findReadme(stage.findings.entries);
      return say(stage, {
        say: "I search for open marks.",
        call: [
          stage.tools.shell?.(MARKS_COMMAND, "Search for TODO and FIXME"),
          readme !== undefined && stage.tools.read?.(pathIn(stage, readme)),
        ],
      });
    },
    (stage) => {
      const edit = plannedEdit(stage);
      return say(stage, {
        think: `I found ${count(stage.findings.marks.length, "mark")}. I note that where a reader sees it, in one small change.`,
        say: edit ? `I add one line to \`${edit.name}\`.` : `I write \`${reportName(stage)}\`.`,
        call: [
          edit
            ? stage.tools.edit?.(pathIn(stage, edit.name), edit.before, edit.after)
            : stage.tools.write?.(pathIn(stage, reportName(stage)), report(stage)),
        ],
      });
    },
    (stage) =>
      say(stage, {
        say: "And look at the difference.",
        call: [stage.tools.shell?.("git --no-pager diff --stat && git status --short", "Show the difference")],
      }),
    (stage) => say(stage, { say: summary(stage) + setbacks(stage) }),
  ],
};
