import { describe, expect, it } from "vitest";
import { KubeletError } from "../errors.ts";
import { type ContainerPhase, type ContainerRecord, containerRecords } from "./container-record.ts";
import { ImageError, startFailure } from "./start-failure.ts";

const NOW = 1_000_000;

function record(): ContainerRecord {
  const [first] = containerRecords({ spec: { containers: [{ name: "main", image: "team/app:1" }] } });
  if (!first) throw new Error("no record");
  return first;
}

describe("a container that cannot be started", () => {
  it("goes from ErrImagePull to ImagePullBackOff, waiting ever longer for its image", () => {
    const subject = record();
    const waits: number[] = [];
    let phase: ContainerPhase = subject.phase;
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const failure = startFailure(subject, phase, new ImageError("unknown"), NOW);
      phase = failure.phase;
      subject.imageBackoffSeconds = failure.imageBackoffSeconds;
      if (phase.type === "waiting") waits.push(((phase.retryAt ?? 0) - NOW) / 1000);
      expect(phase).toMatchObject({ reason: attempt === 0 ? "ErrImagePull" : "ImagePullBackOff" });
    }
    expect(waits).toEqual([1, 10, 20, 40, 80, 160, 300, 300]);
    expect(phase).toMatchObject({ message: 'Back-off pulling image "team/app:1": ErrImagePull: unknown' });
  });

  it("says what is missing of its configuration", () => {
    const failure = startFailure(record(), record().phase, new KubeletError("CONFIG", 'secret "keys" not found'), NOW);
    expect(failure.phase).toMatchObject({ reason: "CreateContainerConfigError", message: 'secret "keys" not found' });
    expect(failure.events).toEqual([{ type: "Warning", reason: "Failed", message: 'Error: secret "keys" not found' }]);
  });

  it("calls everything else a failure to run", () => {
    expect(startFailure(record(), record().phase, new Error("no memory"), NOW).phase).toMatchObject({
      reason: "RunContainerError",
    });
  });
});
