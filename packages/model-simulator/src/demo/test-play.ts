// The play for "test": writes a small test of the repository and runs it.
import { findReadme, freeName } from "./findings.ts";
import type { Play, Stage } from "./stage.ts";
import { lookAround, pathIn, say, setbacks, SIMULATED } from "./stage.ts";

function fileName(stage: Stage): string {
  return freeName("repository.test.mjs", stage.findings.entries);
}

function source(stage: Stage): string {
  const readme = findReadme(stage.findings.entries);
  const lines = [
    "// Written by a simulated model: checks what it saw in this folder.",
    'import assert from "node:assert/strict";',
    'import { existsSync, readFileSync } from "node:fs";',
    'import { test } from "node:test";',
    "",
    ...stage.findings.entries
      .slice(0, 5)
      .flatMap((entry) => [
        `test(${JSON.stringify(`${entry} is there`)}, () => {`,
        `  assert.ok(existsSync(new URL(${JSON.stringify(encodeURI(entry))}, import.meta.url)));`,
        "});",
        "",
      ]),
  ];
  if (readme !== undefined) {
    lines.push(
      'test("the README says something", () => {',
      `  assert.match(readFileSync(new URL(${JSON.stringify(readme)}, import.meta.url), "utf8"), /\\S/);`,
      "});",
      "",
    );
  }
  return lines.join("\n");
}

function summary(stage: Stage): string {
  const run = stage.turn.latest.find((one) => typeof one.input["command"] === "string");
  const count = (word: string): string | undefined => new RegExp(`^\\W*${word} (\\d+)`, "m").exec(run?.text ?? "")?.[1];
  const [passed, failed] = [count("pass"), count("fail")];
  const result =
    run === undefined || run.isError || passed === undefined
      ? "The test did **not** run; what the command said stands below."
      : `**${passed} passed, ${failed ?? "0"} failed.**`;
  return ["## Tests", "", SIMULATED, "", `I wrote \`${fileName(stage)}\` and ran it. ${result}`].join("\n");
}

export const test: Play = {
  name: "test",
  scenes: [
    (stage) =>
      lookAround(stage, "A test is wanted. I look at what there is to test.", "I look at the repository first."),
    (stage) =>
      say(stage, {
        think: "The only facts I have are the files. A test can hold on to those: it needs nothing but Node.",
        say: `I write \`${fileName(stage)}\`.`,
        call: [stage.tools.write?.(pathIn(stage, fileName(stage)), source(stage))],
      }),
    (stage) =>
      say(stage, {
        say: "Now I run it.",
        call: [stage.tools.shell?.(`node --test --test-reporter=spec ${fileName(stage)}`, "Run the new test")],
      }),
    (stage) => say(stage, { say: summary(stage) + setbacks(stage) }),
  ],
};
