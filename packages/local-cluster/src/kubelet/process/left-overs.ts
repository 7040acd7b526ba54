/**
 * Plain processes outlive a kubelet that is killed, and so does a sandbox that had only just been started and could not yet ask
 * to die with it. Each container's mark is therefore written down before it starts, and the next kubelet kills what still carries it.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { killTree } from "./plain-runtime.ts";
import { processStartTime } from "./process-table.ts";
import type { ContainerRuntime } from "./runtime.ts";

export class LeftOvers {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async kill(): Promise<void> {
    for (const id of await readdir(this.#directory).catch(() => [])) {
      const [pid = "0", startTime = ""] = (await readFile(join(this.#directory, id), "utf8").catch(() => "")).split(
        " ",
      );
      // Pids are used again: only the same start time makes it the same process.
      const same = startTime !== "" && processStartTime(Number(pid)) === startTime;
      await killTree(same ? Number(pid) : 0, id);
      await rm(join(this.#directory, id), { force: true });
    }
  }

  /** The same runtime, with each of its containers on record while it lives. */
  recording(runtime: ContainerRuntime): ContainerRuntime {
    const { isolation } = runtime;
    return {
      isolation,
      start: async (spec, output) => {
        const record = join(this.#directory, spec.id);
        await mkdir(this.#directory, { recursive: true });
        await writeFile(record, "");
        const started = await runtime.start(spec, output);
        await writeFile(record, `${started.pid} ${processStartTime(started.pid) ?? ""}`);
        void started.exited.then(() => rm(record, { force: true }));
        return started;
      },
    };
  }
}
