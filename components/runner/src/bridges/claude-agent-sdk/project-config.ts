/**
 * What Claude Code may take from the repository and the workflow besides its instructions: custom commands, agents and skills, which are
 * texts for the model. Settings (hooks, environment, helpers that run programs) and `.mcp.json` are left behind, so that
 * cloning a repository starts nothing. Claude Code is pointed at this copy as its project configuration.
 */
import { copyFile, lstat, mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const FOLDERS = ["commands", "agents", "skills"];
const LARGEST_FILE = 1024 * 1024;
const MOST_FILES = 1000;

/** Makes the copy anew; of two files of one name the later source has the word. Links are not followed, also not in the place of a folder: they could lead anywhere. */
export async function copyProjectConfig(sources: readonly string[], target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await mkdir(join(target, ".claude"), { recursive: true });
  const budget = { files: MOST_FILES };
  for (const source of sources) {
    if (!(await isFolder(join(source, ".claude")))) continue;
    for (const folder of FOLDERS)
      await copyTexts(join(source, ".claude", folder), join(target, ".claude", folder), budget);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

async function copyTexts(source: string, target: string, budget: { files: number }): Promise<void> {
  if (!(await isFolder(source))) return;
  const entries = await readdir(source, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) await copyTexts(from, to, budget);
    if (!entry.isFile() || budget.files <= 0) continue;
    if ((await stat(from)).size > LARGEST_FILE) continue;
    budget.files--;
    await mkdir(target, { recursive: true });
    await copyFile(from, to);
  }
}
