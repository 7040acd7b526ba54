// The play for "ask me" and "choose": asks one question, and does what the answer says.
import { freeName } from "./findings.ts";
import type { Play, Stage } from "./stage.ts";
import { lookAround, pathIn, quoted, say, setbacks, SIMULATED } from "./stage.ts";
import type { Question } from "./toolbox.ts";

const NOTES = "Markdown notes";
const SCRIPT = "Shell script";
const NOTHING = "Nothing";

const QUESTION: Question = {
  question: "What shall I add to this repository?",
  header: "Add",
  options: [
    { label: NOTES, description: "CHOICE.md with what I found" },
    { label: SCRIPT, description: "count-lines.sh, which I then run" },
    { label: NOTHING, description: "Leave everything as it is" },
  ],
};

/** What the user said: a label, other words, or undefined when the question was not answered. */
function answer(stage: Stage): string | undefined {
  const result = stage.turn.results.find((one) => JSON.stringify(one.input).includes(QUESTION.question));
  if (!result || result.isError) return undefined;
  // Claude Code: `"question"="answer"`; others give the bare answer.
  const said = result.text.split(QUESTION.question).at(-1) ?? "";
  const written = /^"?\s*[=:]\s*"([^"]*)"/.exec(said)?.[1] ?? said.trim();
  return [NOTES, SCRIPT, NOTHING].find((label) => written.includes(label)) ?? written;
}

function file(stage: Stage): { name: string; content: string; command: string } | undefined {
  const given = answer(stage);
  if (given === undefined || given === NOTHING) return undefined;
  if (given === SCRIPT) {
    const name = freeName("count-lines.sh", stage.findings.entries);
    const content = "#!/bin/sh\n# Counts the lines of every tracked file.\ngit ls-files -z | xargs -0 wc -l\n";
    return { name, content, command: `sh ${name}` };
  }
  const name = freeName("CHOICE.md", stage.findings.entries);
  const list = stage.findings.entries.map((entry) => `- \`${entry}\``).join("\n");
  return { name, content: `# Chosen\n\nThe answer was: ${quoted(given)}\n\n${list}\n`, command: `wc -l ${name}` };
}

function summary(stage: Stage): string {
  const made = file(stage);
  const given = answer(stage);
  const said = given === undefined ? "There was no answer" : `The answer was **${quoted(given)}**`;
  return [
    "## As you chose",
    "",
    SIMULATED,
    "",
    `${said}, so I ${made ? `wrote \`${made.name}\`` : "changed nothing"}.`,
  ].join("\n");
}

const finish = (stage: Stage): ReturnType<typeof say> => say(stage, { say: summary(stage) + setbacks(stage) });

export const question: Play = {
  name: "question",
  scenes: [
    (stage) =>
      lookAround(
        stage,
        "The user wants to choose. I look first, so that the choice is a real one.",
        "I look around first.",
      ),
    (stage) =>
      stage.tools.ask
        ? say(stage, { say: "Before I change anything, I would like to know:", call: [stage.tools.ask(QUESTION)] })
        : say(stage, {
            say: `${QUESTION.question}\n\n${QUESTION.options.map((one) => `- **${one.label}**: ${one.description}`).join("\n")}\n\nThis agent has no tool to ask with, so it ends here.`,
          }),
    (stage) => {
      const made = file(stage);
      if (!made) return finish(stage);
      return say(stage, {
        think: "There is an answer. I do what it says.",
        say: `Thank you. I write \`${made.name}\`.`,
        call: [stage.tools.write?.(pathIn(stage, made.name), made.content)],
      });
    },
    (stage) =>
      say(stage, {
        say: "And try it.",
        call: [stage.tools.shell?.(file(stage)?.command ?? "true", "Try the new file")],
      }),
    finish,
  ],
};
