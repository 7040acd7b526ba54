/** Files into a folder, one after the other; names what could not be written. */
const LARGEST_FILE = 10 * 1024 * 1024;

import * as texts from "../../../lib/texts/index.ts";

export async function uploadFiles(
  folder: string,
  files: readonly File[],
  write: (path: string, body: Blob) => Promise<void>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const file of files) {
    if (file.size > LARGEST_FILE) {
      problems.push(texts.panels.uploadTooLarge(file.name));
      continue;
    }
    // A name from another system may hold separators: it becomes one name, never a path.
    const name = file.name.replaceAll(/[/\\\u0000-\u001f]/g, "_");
    try {
      await write(folder === "" ? name : `${folder}/${name}`, file);
    } catch (error) {
      problems.push(`${file.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return problems;
}
