import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { persistentVolumeClaims } from "@pilothouse/kubernetes";
import { afterEach, describe, expect, it } from "vitest";
import { processesWith, shell, statusOf, TestNode, uniqueSleep } from "../../test/support/node.ts";

describe.each(["auto", "none"] as const)("a node that begins anew, isolation %s", (isolation) => {
  let node: TestNode;
  afterEach(() => node.stop());

  it("ends its pods when it stops, and says why", async () => {
    node = await TestNode.start({ isolation });
    const mark = uniqueSleep();
    await node.run("never", { containers: [shell(`echo up; sleep ${mark}`)] });
    await node.run("stubborn", { containers: [shell(`trap '' TERM; echo up; while :; do sleep ${mark}; done`)] });
    await node.run("always", { restartPolicy: "Always", containers: [shell(`echo up; sleep ${mark}`)] });
    await Promise.all(
      ["never", "always", "stubborn"].map((name) => node.until(name, ({ status }) => status?.phase === "Running")),
    );
    for (const name of ["never", "stubborn"]) await expect.poll(() => node.logs(name, "main")).toBe("up\n");
    await expect.poll(() => processesWith(mark).length).toBeGreaterThan(2);
    await node.kubelet.stop(1);
    expect(processesWith(mark)).toEqual([]);
    expect((await node.get("never"))?.status).toMatchObject({
      phase: "Failed",
      reason: "Terminated",
      message: "Pod was terminated in response to imminent node shutdown.",
    });
    expect((await node.get("stubborn"))?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(137);

    await node.startKubelet();
    const again = await node.until("always", (pod) => statusOf(pod, "main").state?.running !== undefined);
    expect(statusOf(again, "main")).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 143 } } });
    expect(again.status?.podIP).toBe((await node.get("always"))?.status?.podIP);
    expect((await node.get("never"))?.status?.phase).toBe("Failed");
    expect(await node.logs("never", "main")).toBe("up\n");
  });

  it("fails what it lost, restarts what may be restarted, and leaves no process when it was killed", async () => {
    node = await TestNode.start({ isolation });
    await node.kubelet.stop();
    const mark = uniqueSleep();
    await node.run("never", { containers: [shell(`sleep ${mark}`)] });
    await node.run("on-failure", { restartPolicy: "OnFailure", containers: [shell(`sleep ${mark}`)] });
    await node.run("deleted", {
      containers: [shell(`trap '' TERM; (setsid sleep ${mark} &); while :; do sleep ${mark}; done`)],
    });
    const program = join(import.meta.dirname, "../../test/support/kubelet-process.ts");
    const { adminKubeconfigFile, port } = node.cluster;
    const child = spawn(
      process.execPath,
      [program, adminKubeconfigFile, join(node.directory, "kubelet"), `${port}`, isolation],
      {
        stdio: ["ignore", "inherit", "inherit"],
      },
    );
    try {
      await Promise.all(
        ["never", "on-failure", "deleted"].map((name) => node.until(name, ({ status }) => status?.phase === "Running")),
      );
      await expect.poll(() => processesWith(mark).length).toBeGreaterThan(3);
      await node.delete("deleted", 60);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    // Sandboxes die with their kubelet; plain processes are found by the next one.
    const died = () => node.kubelet.isolation === "none" || processesWith(mark).length === 0;
    await expect.poll(died, { timeout: 20_000 }).toBe(true);

    await node.startKubelet();
    const lost = await node.finished("never");
    expect(lost.status).toMatchObject({
      phase: "Failed",
      reason: "NodeShutdown",
      message: "Pod was terminated because the node was restarted",
    });
    expect(statusOf(lost, "main").state?.terminated).toMatchObject({ exitCode: 137, reason: "ContainerStatusUnknown" });
    const restarted = await node.until(
      "on-failure",
      (pod) => statusOf(pod, "main").restartCount === 1 && pod.status?.phase === "Running",
    );
    expect(statusOf(restarted, "main").lastState?.terminated?.reason).toBe("ContainerStatusUnknown");
    await node.gone("deleted");
    // Only the restarted pod's own processes are left.
    await expect.poll(() => processesWith(`trap '' TERM; (setsid sleep ${mark}`).length).toBe(0);
    await node.delete("on-failure", 0);
    await expect.poll(() => processesWith(mark).length).toBe(0);
  });

  it("keeps a claim's data for as long as the claim is there", async () => {
    node = await TestNode.start({ isolation });
    await node.client.create(persistentVolumeClaims, {
      metadata: { name: "data", namespace: "default" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    const volumes = [{ name: "data", persistentVolumeClaim: { claimName: "data" } }];
    const mount = { env: [{ name: "DIR", value: "/data" }], volumeMounts: [{ name: "data", mountPath: "/data" }] };
    await node.run("writer", { volumes, containers: [shell('echo kept > "$DIR/file"', mount)] });
    await node.finished("writer");
    await node.delete("writer");
    await node.kubelet.stop();
    await node.startKubelet();
    await node.run("reader", { volumes, containers: [shell('cat "$DIR/file"', mount)] });
    await node.finished("reader");
    expect(await node.logs("reader", "main")).toBe("kept\n");
    const directory = join(node.directory, "kubelet", "volumes");
    expect(await readdir(directory)).toHaveLength(1);
    await node.delete("reader");
    await node.client.delete(persistentVolumeClaims, { namespace: "default", name: "data" });
    await expect.poll(() => (existsSync(directory) ? readdir(directory) : [])).toEqual([]);
  });
});
