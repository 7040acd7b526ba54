/** Tools that read and change files of the workspace. */
import { constants } from "node:fs";
import { mkdir, open, readdir, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { tool, type StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { hunkBetween, type Hunk } from "../../common/hunks.ts";
import type { Place } from "./place.ts";
import { ToolRefusal } from "./refusal.ts";

const LARGEST_FILE = 2 * 1024 * 1024;
const LONGEST_READ = 2000;
const LONGEST_LINE = 2000;
const LONGEST_LISTING = 1000;

/** What a tool gives back: the words for the model, and the edit for people. */
type Answer = [content: string, artifact: { hunks?: Hunk[] }];

const FilePath = z.string().describe("Path of the file, absolute or relative to the working directory");

export function readingTools(place: Place): StructuredToolInterface[] {
  return [
    tool(
      async ({
        file_path,
        offset = 1,
        limit = LONGEST_READ,
      }: {
        file_path: string;
        offset?: number;
        limit?: number;
      }) => {
        const text = await readText(place, file_path);
        if (text === "") return "(The file is empty.)";
        const lines = text.split("\n");
        const shown = lines.slice(offset - 1, offset - 1 + Math.min(limit, LONGEST_READ));
        const numbered = shown.map((line, index) => `${offset + index}\t${line.slice(0, LONGEST_LINE)}`);
        const rest = lines.length - (offset - 1) - shown.length;
        const more = rest > 0 ? [`(${rest} more lines; read on with offset ${offset + shown.length}.)`] : [];
        return [...numbered, ...more].join("\n");
      },
      {
        name: "read_file",
        description: "Reads a text file. Each line is preceded by its number and a tab.",
        schema: z.object({
          file_path: FilePath,
          offset: z.int().min(1).optional().describe("Number of the first line, from 1"),
          limit: z.int().min(1).optional().describe(`How many lines; default and most: ${LONGEST_READ}`),
        }),
      },
    ),
    tool(
      async ({ dir_path = "." }: { dir_path?: string }) => {
        const folder = await place.find(dir_path);
        const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) =>
          missing(dir_path, error),
        );
        const names = entries
          .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
          .toSorted()
          .filter((name) => name !== ".pilothouse/");
        const more = names.length > LONGEST_LISTING ? `\n(${names.length - LONGEST_LISTING} more)` : "";
        return names.length === 0 ? "(The folder is empty.)" : `${names.slice(0, LONGEST_LISTING).join("\n")}${more}`;
      },
      {
        name: "list_directory",
        description: "Lists a folder; folders end in a slash.",
        schema: z.object({
          dir_path: z.string().optional().describe("Path of the folder; default: working directory"),
        }),
      },
    ),
  ];
}

export function editingTools(place: Place): StructuredToolInterface[] {
  return [
    tool(
      async ({ file_path, content }: { file_path: string; content: string }): Promise<Answer> => {
        const path = await place.find(file_path);
        const before = await readIfThere(path);
        await writeText(path, content, file_path);
        const words = before === undefined ? `Created ${file_path}.` : `Replaced the content of ${file_path}.`;
        return [words, { hunks: hunkBetween(before ?? "", content) }];
      },
      {
        name: "write_file",
        description: "Writes a file as a whole, and the folders that lead to it. What was there is replaced.",
        schema: z.object({ file_path: FilePath, content: z.string().describe("The whole content") }),
        responseFormat: "content_and_artifact",
      },
    ),
    tool(
      async ({ file_path, old_string, new_string, replace_all = false }: Replacement): Promise<Answer> => {
        const path = await place.find(file_path);
        const before = await readText(place, file_path);
        const count = old_string === "" ? 0 : before.split(old_string).length - 1;
        if (count === 0) throw new ToolRefusal(`old_string does not stand in ${file_path}. Read the file again.`);
        if (count > 1 && !replace_all)
          throw new ToolRefusal(
            `old_string stands ${count} times in ${file_path}. Give more of what is around it, or set replace_all.`,
          );
        const after = before.split(old_string).join(new_string);
        await writeText(path, after, file_path);
        return [
          `Replaced ${count} ${count === 1 ? "place" : "places"} in ${file_path}.`,
          { hunks: hunkBetween(before, after) },
        ];
      },
      {
        name: "replace",
        description: "Replaces a piece of text in a file. It must stand there exactly once, unless replace_all is set.",
        schema: z.object({
          file_path: FilePath,
          old_string: z.string().describe("The text to replace, exactly as it stands in the file"),
          new_string: z.string().describe("What stands there afterwards"),
          replace_all: z.boolean().optional(),
        }),
        responseFormat: "content_and_artifact",
      },
    ),
  ];
}

interface Replacement {
  file_path: string;
  old_string: string;
  new_string: string;
  replace_all?: boolean | undefined;
}

async function readText(place: Place, path: string): Promise<string> {
  const text = await readIfThere(await place.find(path));
  if (text === undefined) throw new ToolRefusal(`${path} does not exist.`);
  return text;
}

async function readIfThere(real: string): Promise<string | undefined> {
  const info = await stat(real).catch(() => undefined);
  if (info === undefined) return undefined;
  if (!info.isFile()) throw new ToolRefusal(`${real} is not a file.`);
  if (info.size > LARGEST_FILE)
    throw new ToolRefusal(`${real} is larger than ${LARGEST_FILE} bytes: search in it instead.`);
  const content = await using(real, constants.O_RDONLY, async (handle) => handle.readFile());
  if (content.subarray(0, 8192).includes(0)) throw new ToolRefusal(`${real} is not a text file.`);
  return content.toString("utf8");
}

async function writeText(real: string, content: string, path: string): Promise<void> {
  if (Buffer.byteLength(content) > LARGEST_FILE) throw new ToolRefusal(`${path}: larger than ${LARGEST_FILE} bytes.`);
  await mkdir(dirname(real), { recursive: true });
  await using(real, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, async (handle) =>
    handle.writeFile(content),
  );
}

/** A link that is put there between the check and now is not followed, a pipe does not block. */
async function using<T>(real: string, flags: number, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(real, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o644);
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}

function missing(path: string, cause: unknown): never {
  throw new ToolRefusal(`${path} does not exist, or is not a folder.`, { cause });
}
