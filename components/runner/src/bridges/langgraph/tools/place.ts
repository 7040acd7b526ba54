/** Where the agent's file tools work: the workspace, and nothing beyond it or of the platform's own. */
import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { PLATFORM_DIRECTORY } from "../../../environment.ts";
import { ToolRefusal } from "./refusal.ts";

export class Place {
  readonly root: string;
  readonly workingDirectory: string;

  constructor(root: string, workingDirectory: string) {
    this.root = root;
    this.workingDirectory = workingDirectory;
  }

  /**
   * The real path of what the model named; it need not exist yet.
   *
   * @throws ToolRefusal when that lies outside the workspace, also by a symbolic link
   */
  async find(path: string): Promise<string> {
    const wanted = isAbsolute(path) ? path : resolve(this.workingDirectory, path);
    const root = await realpath(this.root);
    const real = await realOf(wanted);
    const inner = relative(root, real);
    const outside = inner === ".." || inner.startsWith(`..${sep}`) || isAbsolute(inner);
    if (outside || inner === PLATFORM_DIRECTORY || inner.startsWith(`${PLATFORM_DIRECTORY}${sep}`))
      throw new ToolRefusal(`${path} is outside the workspace (${this.root}), where file tools do not reach.`);
    return real;
  }

  /** As the model should see it. */
  shown(real: string): string {
    const inner = relative(this.workingDirectory, real);
    return inner === "" ? "." : inner;
  }
}

/** Of something that may not exist: the real path of the nearest folder that does, and the rest as it is. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realOf(parent), path.slice(parent.length).replace(/^[/\\]+/, ""));
  }
}
