/** Folders of the workspace that make room for others. */
import { rename, stat } from "node:fs/promises";

/** What is there may hold work of the agent: it stays, under another name. */
export async function moveAside(path: string): Promise<void> {
  for (let count = 1; ; count++) {
    const aside = `${path}.former-${count}`;
    if (await exists(aside)) continue;
    await rename(path, aside);
    return;
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
