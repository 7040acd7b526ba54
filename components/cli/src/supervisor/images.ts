/**
 * What the images of the agent registry are on one machine: the same programs that a container image would hold,
 * started from source. Only what these programs need of the project's tree is visible to them.
 */
import { dirname, join } from "node:path";
import type { ImageStore } from "@pilothouse/local-cluster";
import { COMPILE_CACHE } from "./compile-cache.ts";
import { ROOT } from "./root.ts";

const TREE = ["components", "packages", "node_modules", "package.json", join(".tools", "compile-cache")];

export type VisibleFolders = {
  /** Folders of this machine that sessions may read (`up --share`), for repositories at file:// addresses. */
  shared: string[];
  /** The user's own recordings for the replay bridge. */
  recordings: string;
};

export function projectImages(visible: VisibleFolders): ImageStore {
  const own = [...TREE.map((part) => join(ROOT, part)), dirname(process.execPath)];
  const program = (component: string, extra: string[]) => ({
    entrypoint: [
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      join(ROOT, "components", component, "src", "main.ts"),
    ],
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    hostPaths: [...own, ...extra].map((path) => ({ path, readOnly: true })),
  });
  return {
    resolve(image) {
      const [name] = image.split(":");
      if (name === "pilothouse/runner") return program("runner", [...visible.shared, visible.recordings]);
      if (name === "pilothouse/broker") return program("broker", []);
      return undefined;
    },
  };
}
