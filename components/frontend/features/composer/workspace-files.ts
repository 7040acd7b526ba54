/** Paths of a workspace for completion: folder after folder, up to a limit; the query key is shared by all composers. */
import { WorkspaceListing } from "@pilothouse/contracts";
import { api } from "@/lib/api/paths";
import { request } from "@/lib/api/request";

const MAXIMUM_FOLDERS = 60;
const MAXIMUM_PATHS = 3000;
const AT_ONCE = 4;
/** Large, and not what people mean. */
const SKIPPED = new Set([".git", "node_modules", ".venv", "__pycache__", "target", "dist"]);

/** @returns paths relative to `root`; folders end with a slash */
export async function workspacePaths(
  project: string,
  session: string,
  root: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found: string[] = [];
  let level = [root];
  let asked = 0;
  while (level.length > 0 && asked < MAXIMUM_FOLDERS && found.length < MAXIMUM_PATHS) {
    const folders = level.slice(0, MAXIMUM_FOLDERS - asked);
    asked += folders.length;
    level = [];
    for (let index = 0; index < folders.length; index += AT_ONCE) {
      const listings = await Promise.all(
        folders.slice(index, index + AT_ONCE).map((path) => listing(project, session, path, signal)),
      );
      for (const entry of listings.flat()) {
        if (SKIPPED.has(entry.name)) continue;
        const path = root === "" ? entry.path : entry.path.slice(root.length + 1);
        found.push(entry.isDir ? `${path}/` : path);
        if (entry.isDir) level.push(entry.path);
      }
    }
  }
  return found.slice(0, MAXIMUM_PATHS);
}

async function listing(project: string, session: string, path: string, signal: AbortSignal) {
  const query = new URLSearchParams({ path }).toString();
  const answer = await request(WorkspaceListing, `${api.workspace(project, session)}?${query}`, { signal });
  return answer.items.toSorted((a, b) => Number(a.isDir) - Number(b.isDir) || a.name.localeCompare(b.name));
}
