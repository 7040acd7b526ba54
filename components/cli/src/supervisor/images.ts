/**
 * What the images of the agent registry are on one machine: the same programs that a container image would hold,
 * started from source. Only what these programs need of the project's tree is visible to them.
 */
import { dirname, join } from "node:path";
import type { ImageStore } from "@pilothouse/local-cluster";
import { ROOT } from "./root.ts";

const TREE = ["components", "packages", "node_modules", "package.json"];

/**
 * @param shared folders of this machine that session pods may read (`up --share`), for repositories at file:// addresses
 */
export function projectImages(shared: string[]): ImageStore {
  const own = [...TREE.map((part) => join(ROOT, part)), dirname(process.execPath)];
  const program = (component: string, extra: string[]) => ({
    entrypoint: [
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      join(ROOT, "components", component, "src", "main.ts"),
    ],
    hostPaths: [...own, ...extra].map((path) => ({ path, readOnly: true })),
  });
  return {
    resolve(image) {
      const [name] = image.split(":");
      if (name === "pilothouse/runner") return program("runner", shared);
      if (name === "pilothouse/broker") return program("broker", []);
      return undefined;
    },
  };
}
