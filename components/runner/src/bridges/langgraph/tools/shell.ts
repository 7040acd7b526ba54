/** Tools that run programs: the shell, and searching. */
import { glob } from "node:fs/promises";
import { tool, type StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { runCommand } from "./command.ts";
import type { Place } from "./place.ts";
import { ToolRefusal } from "./refusal.ts";

const DEFAULT_SECONDS = 120;
const MOST_SECONDS = 600;
const LONGEST_OUTPUT = 30_000;
const SEARCH_TIMEOUT = 20_000;
const MOST_FILES = 500;
const LEFT_OUT = [".git", "node_modules", ".pilothouse"];

export interface ProgramOptions {
  readonly place: Place;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly signal: () => AbortSignal;
}

export function shellTool({ place, environment, signal }: ProgramOptions): StructuredToolInterface {
  return tool(
    async ({ command, timeout_seconds = DEFAULT_SECONDS }: { command: string; timeout_seconds?: number }) => {
      const { code, output, ended } = await runCommand({
        file: "bash",
        args: ["--noprofile", "--norc", "-c", command],
        cwd: place.workingDirectory,
        environment: environment(),
        timeout: Math.min(timeout_seconds, MOST_SECONDS) * 1000,
        signal: signal(),
        keep: LONGEST_OUTPUT,
      });
      const said = output.replace(/\n$/, "");
      if (ended === "timeout")
        throw new ToolRefusal(`${said}\n[It did not end within ${timeout_seconds} s and was ended.]`.trim());
      if (ended === "aborted") throw new ToolRefusal(`${said}\n[The user interrupted it.]`.trim());
      if (code === 0) return said === "" ? "(no output)" : said;
      throw new ToolRefusal(`${said}\n[exit code ${code ?? "none"}]`.trim());
    },
    {
      name: "run_shell_command",
      description: `Runs a command with bash in the working directory, without a terminal. It is ended after ${DEFAULT_SECONDS} s unless timeout_seconds says otherwise (at most ${MOST_SECONDS}).`,
      schema: z.object({
        command: z.string().min(1),
        description: z.string().optional().describe("What it does, in a few words, for the people who follow along"),
        timeout_seconds: z.int().min(1).max(MOST_SECONDS).optional(),
      }),
    },
  );
}

export function searchTools({ place, environment, signal }: ProgramOptions): StructuredToolInterface[] {
  return [
    tool(
      async ({ pattern, path = ".", include }: { pattern: string; path?: string; include?: string }) => {
        const where = await place.find(path);
        const { code, output } = await runCommand({
          file: "grep",
          args: [
            "-rnIE",
            "--max-count=100",
            ...LEFT_OUT.map((name) => `--exclude-dir=${name}`),
            ...(include === undefined ? [] : [`--include=${include}`]),
            "-e",
            pattern,
            "--",
            where,
          ],
          cwd: place.workingDirectory,
          environment: environment(),
          timeout: SEARCH_TIMEOUT,
          signal: signal(),
          keep: LONGEST_OUTPUT,
        });
        if (code === 1 && output === "") return "(nothing found)";
        if (code !== 0 && code !== 1) throw new ToolRefusal(output.trim() || "The search was ended.");
        return output.replaceAll(`${place.workingDirectory}/`, "").trimEnd();
      },
      {
        name: "grep_search",
        description: "Searches the content of files with an extended regular expression. Answers path:line:text.",
        schema: z.object({
          pattern: z.string().min(1),
          path: z.string().optional().describe("File or folder to search in; default: working directory"),
          include: z.string().optional().describe("Only files whose name matches, such as *.ts"),
        }),
      },
    ),
    tool(
      async ({ pattern, path = "." }: { pattern: string; path?: string }) => {
        const cwd = await place.find(path);
        const found: string[] = [];
        for await (const entry of glob(pattern, { cwd, exclude: (name) => LEFT_OUT.includes(name) })) {
          signal().throwIfAborted();
          if (found.length >= MOST_FILES) return `${found.toSorted().join("\n")}\n(and more)`;
          if (!entry.startsWith("..") && !entry.startsWith("/")) found.push(entry);
        }
        return found.length === 0 ? "(nothing found)" : found.toSorted().join("\n");
      },
      {
        name: "glob",
        description: "Finds files by a pattern of their path, such as **/*.test.ts.",
        schema: z.object({
          pattern: z.string().min(1),
          path: z.string().optional().describe("Folder to look in; default: working directory"),
        }),
      },
    ),
  ];
}
