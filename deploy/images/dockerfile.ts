/** Reads the part of the Dockerfile language that our Dockerfile uses, so that tests can hold it against the tree. */

export type Instruction =
  | {
      readonly kind: "copy";
      readonly from: string | undefined;
      readonly sources: readonly string[];
      readonly to: string;
    }
  | { readonly kind: "run"; readonly command: string }
  | { readonly kind: "environment"; readonly name: string; readonly value: string }
  | { readonly kind: "user"; readonly user: string }
  | { readonly kind: "entrypoint"; readonly argv: readonly string[] }
  | { readonly kind: "folder"; readonly path: string };

export interface Stage {
  readonly name: string;
  /** Another stage, or an image. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** @throws Error that names a line which is not understood: a test must not pass over what it cannot read. */
export function parseDockerfile(text: string): Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const [, word = "", rest = ""] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
    if (word === "ARG") continue;
    if (word === "FROM") {
      const [base = "", as, name] = rest.split(/\s+/);
      if (as !== "AS" || name === undefined) throw new Error(`every stage has a name: ${line}`);
      stages.push({ name, base, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`before the first FROM: ${line}`);
    stage.instructions.push(instruction(word, rest, line));
  }
  return stages;
}

/** The instructions of a stage after those of the stages that it begins with. */
export function wholeStage(stages: readonly Stage[], name: string): Instruction[] {
  const stage = stages.find((candidate) => candidate.name === name);
  if (stage === undefined) throw new Error(`there is no stage ${name}`);
  const inherited = stages.some((candidate) => candidate.name === stage.base) ? wholeStage(stages, stage.base) : [];
  return [...inherited, ...stage.instructions];
}

function instruction(word: string, rest: string, line: string): Instruction {
  if (word === "RUN") return { kind: "run", command: rest };
  if (word === "USER") return { kind: "user", user: rest };
  if (word === "WORKDIR") return { kind: "folder", path: rest };
  if (word === "ENTRYPOINT") return { kind: "entrypoint", argv: strings(rest) };
  if (word === "ENV") {
    const [name = "", value = ""] = rest.split(/=(.*)/s);
    return { kind: "environment", name, value };
  }
  if (word === "COPY") {
    const words = rest.split(/\s+/);
    const from = words[0]?.startsWith("--from=") === true ? words.shift()?.slice("--from=".length) : undefined;
    const to = words.pop();
    if (to === undefined || words.length === 0) throw new Error(`COPY needs a source and a target: ${line}`);
    return { kind: "copy", from, sources: words, to };
  }
  throw new Error(`not understood: ${line}`);
}

function strings(json: string): string[] {
  const value: unknown = JSON.parse(json);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new Error(`not a list of words: ${json}`);
}

function logicalLines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n")
    .replaceAll(/\s*\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
