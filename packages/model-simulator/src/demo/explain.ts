// The play for "explain": reads some files at once and describes them, changing nothing.
import { fileText } from "./findings.ts";
import type { Play, Stage } from "./stage.ts";
import { count, lookAround, pathIn, say, setbacks, SIMULATED } from "./stage.ts";

const WORTH_READING =
  /^(readme.*|package\.json|pyproject\.toml|go\.mod|cargo\.toml|makefile|dockerfile)$|\.(ts|js|py|go|rs|md)$/i;

function chosen(stage: Stage): string[] {
  return stage.findings.entries.filter((entry) => WORTH_READING.test(entry)).slice(0, 3);
}

function describe(stage: Stage, name: string): string {
  const content = fileText(stage.turn, pathIn(stage, name));
  if (content === undefined) return `| \`${name}\` | not read | |`;
  const lines = content.split("\n");
  const opening =
    lines
      .find((line) => line.trim() !== "")
      ?.trim()
      .slice(0, 80)
      .replaceAll("|", "\\|") ?? "(empty)";
  return `| \`${name}\` | ${lines.length} lines | \`${opening.replaceAll("`", "'")}\` |`;
}

function explanation(stage: Stage): string {
  const { entries, commits } = stage.findings;
  const folders = entries.filter((entry) => entry.endsWith("/"));
  const names = chosen(stage);
  return [
    "## What is here",
    "",
    SIMULATED,
    "",
    `The folder \`${stage.findings.root ?? "."}\` has **${count(entries.length - folders.length, "file")}** and **${count(folders.length, "folder")}** at its top${folders.length > 0 ? `: ${folders.map((one) => `\`${one}\``).join(", ")}` : ""}.`,
    "",
    ...(names.length > 0
      ? ["| file | size | begins with |", "|---|---|---|", ...names.map((one) => describe(stage, one)), ""]
      : []),
    commits.length > 0 ? "The last commits:" : "There is no commit yet.",
    "",
    ...commits.map((line) => `1. \`${line}\``),
  ].join("\n");
}

export const explain: Play = {
  name: "explain",
  scenes: [
    (stage) =>
      lookAround(
        stage,
        "An explanation is wanted, so I only read. The list of files shows where to begin.",
        "I begin with the list of files and the history.",
      ),
    (stage) => {
      const names = chosen(stage);
      return say(stage, {
        think: names.length > 0 ? `Most telling are ${names.join(", ")}. I read them at once.` : "No file stands out.",
        say: names.length > 0 ? `I read ${names.map((one) => `\`${one}\``).join(", ")}.` : "I measure the folder.",
        call:
          names.length > 0 && stage.tools.read
            ? names.map((name) => stage.tools.read?.(pathIn(stage, name)))
            : [stage.tools.shell?.("du -sh .", "Measure the folder")],
      });
    },
    (stage) => say(stage, { say: explanation(stage) + setbacks(stage) }),
  ],
};
