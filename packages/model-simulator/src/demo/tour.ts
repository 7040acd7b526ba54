// The play for any prompt: look, plan, read, write NOTES.md from what was found, check it, sum up.
import { fileText, findReadme, freeName } from "./findings.ts";
import type { Play, Stage } from "./stage.ts";
import { count, lookAround, pathIn, quoted, say, setbacks, SIMULATED } from "./stage.ts";
import type { Step } from "./todo.ts";
import { openList, tickOff } from "./todo.ts";

const STEPS: readonly Step[] = [
  { content: "Look at the repository", active: "Looking at the repository" },
  { content: "Read its README", active: "Reading the README" },
  { content: "Write the notes", active: "Writing the notes" },
  { content: "Check the result", active: "Checking the result" },
];

function notesName(stage: Stage): string {
  return freeName("NOTES.md", stage.findings.entries);
}

function readmePath(stage: Stage): string | undefined {
  const readme = findReadme(stage.findings.entries);
  return readme === undefined ? undefined : pathIn(stage, readme);
}

function notes(stage: Stage): string {
  const { entries, commits } = stage.findings;
  const path = readmePath(stage);
  const opening =
    path === undefined
      ? undefined
      : fileText(stage.turn, path)
          ?.split("\n")
          .find((line) => line.trim() !== "");
  const list = (lines: readonly string[], none: string): string =>
    lines.length === 0
      ? none
      : lines
          .slice(0, 20)
          .map((line) => `- \`${line}\``)
          .join("\n");
  return [
    "# Notes",
    "",
    `Asked for: ${quoted(stage.turn.prompt)}`,
    "",
    "Written by a simulated model: only what its commands reported stands here.",
    "",
    `## ${count(entries.length, "entry", "entries")} at the top`,
    "",
    list(entries, "The folder is empty."),
    "",
    "## Last commits",
    "",
    list(commits, "No commit was found."),
    "",
    "## README begins with",
    "",
    opening === undefined ? "There is no README." : `> ${opening}`,
    "",
  ].join("\n");
}

function summary(stage: Stage): string {
  const { entries, commits } = stage.findings;
  const name = notesName(stage);
  const written = stage.turn.results.some(
    (one) => Object.values(one.input).includes(pathIn(stage, name)) && !one.isError,
  );
  const state = stage.turn.latest.find((one) => typeof one.input["command"] === "string" && !one.isError)?.text.trim();
  return [
    "## Done",
    "",
    SIMULATED,
    "",
    "| | |",
    "|---|---|",
    `| Asked for | ${quoted(stage.turn.prompt).replaceAll("|", "\\|")} |`,
    `| Looked at | ${count(entries.length, "entry", "entries")}, ${count(commits.length, "commit")} |`,
    `| Wrote | ${written ? `\`${name}\`` : "nothing"} |`,
    ...(state ? ["", "The last command said:", "", "```text", state, "```"] : []),
    "",
    "Other things to try: *explain this repository*, *fix something*, *write a test*, *ask me a question*, *delegate to a subagent*, *go slowly*, *simulate an error*.",
  ].join("\n");
}

export const tour: Play = {
  name: "tour",
  scenes: [
    (stage) =>
      lookAround(
        stage,
        `The user wrote: "${quoted(stage.turn.prompt)}". I am a script and cannot judge what that needs, but I can show how an agent works on a real repository. First I want to see what is here.`,
        "Let me see what this repository holds.",
        [stage.tools.tasks?.load],
      ),
    (stage) => {
      const path = readmePath(stage);
      return say(stage, {
        say: `I see ${count(stage.findings.entries.length, "entry", "entries")} at the top. I make a plan${path ? " and read the README" : ""}.`,
        call: [
          ...openList(stage, STEPS, 1),
          path !== undefined && stage.tools.read?.(path),
          // Something has to run, or the turn would end here.
          path === undefined && stage.tools.shell?.("du -sh .", "Measure the folder"),
        ],
      });
    },
    (stage) =>
      say(stage, {
        think: "I know the files and the history now. I write down what I found, and nothing that I did not see.",
        say: `Now I write \`${notesName(stage)}\`.`,
        call: [...tickOff(stage, STEPS, 1, 2), stage.tools.write?.(pathIn(stage, notesName(stage)), notes(stage))],
      }),
    (stage) =>
      say(stage, {
        say: "Then I check what changed.",
        call: [
          ...tickOff(stage, STEPS, 2, 4),
          stage.tools.shell?.(`wc -l ${notesName(stage)} && git status --short`, "Count lines, show changes"),
        ],
      }),
    (stage) => say(stage, { say: summary(stage) + setbacks(stage) }),
  ],
};
