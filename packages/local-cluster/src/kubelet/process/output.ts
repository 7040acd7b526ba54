/** Carries a process's stdout and stderr to a sink, no faster than the sink takes it. */
import type { Readable } from "node:stream";
import type { OutputSink } from "./runtime.ts";

/** Resolves when the stream has ended. */
export function carryOutput(source: Readable, stream: "stdout" | "stderr", sink: OutputSink): Promise<void> {
  return new Promise((resolve) => {
    source.on("data", (chunk: Buffer) => {
      sink.write(stream, chunk);
      if (!sink.full) return;
      source.pause();
      sink.onDrained(() => source.resume());
    });
    source.once("close", resolve);
    source.once("error", () => resolve());
  });
}

/** Gathers what a short command prints, up to a limit; what is beyond it is dropped. */
export function gatherOutput(sources: readonly Readable[], maxBytes: number): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  for (const source of sources) {
    source.on("data", (chunk: Buffer) => {
      if (size >= maxBytes) return;
      chunks.push(chunk.subarray(0, maxBytes - size));
      size += chunk.length;
    });
  }
  return () => Buffer.concat(chunks).toString("utf8");
}
