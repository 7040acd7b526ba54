// The installation's models.json and prices.json as text, for the ConfigMap that each project gets.
import { readFile } from "node:fs/promises";

const REREAD_AFTER_MILLISECONDS = 60_000;

/** Reads the files at most once a minute. A file that is not there is left out; one that is not JSON keeps its last good text. */
export function configurationFiles(
  files: Readonly<Record<string, string | undefined>>,
  now: () => number = Date.now,
): () => Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  let readAt = Number.NEGATIVE_INFINITY;

  const readOne = async (name: string, file: string): Promise<void> => {
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch {
      delete texts[name];
      return;
    }
    try {
      JSON.parse(text);
      texts[name] = text;
    } catch {
      // Half written, or broken: the next minute shows which.
    }
  };

  return async () => {
    if (now() - readAt >= REREAD_AFTER_MILLISECONDS) {
      readAt = now();
      await Promise.all(
        Object.entries(files).map(async ([name, file]) => (file === undefined ? undefined : readOne(name, file))),
      );
    }
    return { ...texts };
  };
}
