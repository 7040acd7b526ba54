/** Finds files by name through the listing of folders, level by level, within bounds. Pure but for the `list` it is given. */
import type { WorkspaceEntry } from "@pilothouse/contracts";

export interface FileSearchResult {
  readonly items: readonly WorkspaceEntry[];
  /** Whether there were more folders or matches than the bounds let in. */
  readonly isPartial: boolean;
}

const FOLDERS_AT_MOST = 400;
const MATCHES_AT_MOST = 200;
const AT_ONCE = 6;
/** Large, and never what somebody looks for. */
const SKIPPED = new Set(["node_modules", ".git", "__pycache__", ".venv", ".cache"]);

/** Each word of the query must be in the path. */
export function matcherOf(query: string): (path: string) => boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return (path) => words.every((word) => path.toLowerCase().includes(word));
}

export async function searchFiles(
  query: string,
  list: (path: string) => Promise<readonly WorkspaceEntry[]>,
  signal: AbortSignal,
): Promise<FileSearchResult> {
  const matches = matcherOf(query);
  const items: WorkspaceEntry[] = [];
  let level = [""];
  let seen = 0;
  while (level.length > 0 && items.length < MATCHES_AT_MOST) {
    const folders = level.splice(0, AT_ONCE);
    seen += folders.length;
    if (seen > FOLDERS_AT_MOST) return { items, isPartial: true };
    const listings = await Promise.all(folders.map((folder) => list(folder)));
    signal.throwIfAborted();
    for (const entry of listings.flat()) {
      if (!entry.isDir && matches(entry.path)) items.push(entry);
      if (entry.isDir && !SKIPPED.has(entry.name)) level = [...level, entry.path];
    }
  }
  return { items: items.slice(0, MATCHES_AT_MOST), isPartial: items.length >= MATCHES_AT_MOST };
}
