import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configMaps, secrets } from "@pilothouse/kubernetes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conditionOf, processesWith, shell, statusOf, TestNode, uniqueSleep } from "../../test/support/node.ts";

describe.each(["auto", "none"] as const)("the kubelet, isolation %s", (isolation) => {
  let node: TestNode;
  beforeAll(async () => {
    node = await TestNode.start({ isolation });
  });
  afterAll(() => node.stop());

  it("runs a pod to success and reports it as Kubernetes does", async () => {
    await node.run("hello", { containers: [shell("echo hello; echo oops >&2")] });
    const pod = await node.finished("hello");
    expect(pod.status).toMatchObject({
      phase: "Succeeded",
      hostIP: "127.0.0.1",
      podIP: expect.stringMatching(/^127\./),
      containerStatuses: [
        { name: "main", ready: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: "Completed" } } },
      ],
    });
    expect(conditionOf(pod, "PodScheduled")).toBe("True");
    expect(conditionOf(pod, "Initialized")).toBe("True");
    expect(conditionOf(pod, "Ready")).toBe("False");
    expect((await node.logs("hello", "main")).split("\n").sort()).toEqual(["", "hello", "oops"]);
    await expect
      .poll(() => node.events("hello"))
      .toEqual([
        'Normal Pulled: Container image "shell" already present on machine',
        "Normal Created: Created container: main",
        "Normal Started: Started container main",
      ]);
  });

  it("reports the exit code and the termination message of a failure", async () => {
    const script = 'echo "no key" > "$MESSAGE"; exit 2';
    const env = [{ name: "MESSAGE", value: "/dev/termination-log" }];
    await node.run("fails", { containers: [shell(script, { env })] });
    const pod = await node.finished("fails");
    expect(pod.status?.phase).toBe("Failed");
    expect(statusOf(pod, "main").state?.terminated).toMatchObject({
      exitCode: 2,
      reason: "Error",
      message: "no key\n",
    });
  });

  it("takes the end of the log as the termination message when asked to", async () => {
    await node.run("fallback", {
      containers: [shell("echo last words; exit 1", { terminationMessagePolicy: "FallbackToLogsOnError" })],
    });
    const pod = await node.finished("fallback");
    expect(statusOf(pod, "main").state?.terminated?.message).toBe("last words\n");
  });

  it("runs init containers in order, and nothing after one that fails", async () => {
    const volumes = [{ name: "shared", emptyDir: {} }];
    const mount = {
      env: [{ name: "DIR", value: "/shared" }],
      volumeMounts: [{ name: "shared", mountPath: "/shared" }],
    };
    const init = (name: string, script: string) => shell(script, { name, ...mount });
    await node.run("inits", {
      volumes,
      initContainers: [init("first", 'echo 1 >> "$DIR/order"'), init("second", 'echo 2 >> "$DIR/order"')],
      containers: [shell('cat "$DIR/order"', mount)],
    });
    await node.finished("inits");
    expect(await node.logs("inits", "main")).toBe("1\n2\n");

    await node.run("init-fails", { initContainers: [shell("exit 3", { name: "first" })], containers: [shell("true")] });
    const pod = await node.finished("init-fails");
    expect(pod.status?.phase).toBe("Failed");
    expect(statusOf(pod, "main").state?.waiting?.reason).toBe("PodInitializing");
  });

  it("starts a sidecar before and ends it after the main containers", async () => {
    const volumes = [{ name: "shared", emptyDir: {} }];
    const mount = {
      env: [{ name: "DIR", value: "/shared" }],
      volumeMounts: [{ name: "shared", mountPath: "/shared" }],
    };
    const sidecar = `trap 'echo sidecar stopped; exit 0' TERM
      sleep 0.3; touch "$DIR/ready"; echo sidecar up; while :; do sleep 0.05; done`;
    const startupProbe = {
      exec: { command: ["sh", "-c", 'test -e "$DIR/ready"'] },
      periodSeconds: 1,
      failureThreshold: 10,
    };
    await node.run("sidecar", {
      volumes,
      initContainers: [shell(sidecar, { name: "side", restartPolicy: "Always", startupProbe, ...mount })],
      containers: [shell('test -e "$DIR/ready" && echo main saw the sidecar', mount)],
    });
    const pod = await node.finished("sidecar");
    expect(pod.status?.phase).toBe("Succeeded");
    expect(await node.logs("sidecar", "main")).toBe("main saw the sidecar\n");
    expect(await node.logs("sidecar", "side")).toBe("sidecar up\nsidecar stopped\n");
    expect(statusOf(pod, "side").state?.terminated).toMatchObject({ exitCode: 0 });
  });

  it("builds the environment from values, fields, secrets, config maps and resources", async () => {
    await node.client.create(secrets, {
      metadata: { name: "keys", namespace: "default" },
      stringData: { token: "s3cret", other: "x" },
    });
    await node.client.create(configMaps, {
      metadata: { name: "settings", namespace: "default" },
      data: { COLOR: "blue" },
    });
    const env = [
      { name: "TOKEN", valueFrom: { secretKeyRef: { name: "keys", key: "token" } } },
      { name: "ABSENT", valueFrom: { secretKeyRef: { name: "nowhere", key: "token", optional: true } } },
      { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "LABEL", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
      { name: "JOINED", value: "$(POD)-$(COLOR)-$$(POD)-$(NOPE)" },
    ];
    const envFrom = [{ configMapRef: { name: "settings" } }, { secretRef: { name: "nowhere", optional: true } }];
    const resources = { limits: { memory: "64Mi" } };
    await node.run("env", { containers: [shell("env", { env, envFrom, resources })] }, { labels: { app: "demo" } });
    const pod = await node.finished("env");
    const lines = (await node.logs("env", "main")).split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        "TOKEN=s3cret",
        "POD=env",
        `IP=${pod.status?.podIP}`,
        "LABEL=demo",
        "MEMORY=64",
        "COLOR=blue",
        "JOINED=env-blue-$(POD)-$(NOPE)",
        "KUBERNETES_SERVICE_HOST=127.0.0.1",
        `KUBERNETES_SERVICE_PORT=${node.cluster.port}`,
      ]),
    );
    expect(lines.some((line) => line.startsWith("ABSENT"))).toBe(false);
  });

  it("mounts secrets and config maps, and shows a change within a second, all files at once", async () => {
    await node.client.create(configMaps, {
      metadata: { name: "live", namespace: "default" },
      data: { a: "1", b: "1" },
    });
    const script = 'while :; do echo "$(cat "$DIR/a")$(cat "$DIR/b")$(ls "$DIR")"; sleep 0.02; done';
    const mount = { env: [{ name: "DIR", value: "/config" }], volumeMounts: [{ name: "live", mountPath: "/config" }] };
    await node.run("live", {
      volumes: [{ name: "live", configMap: { name: "live" } }],
      containers: [shell(script, mount)],
    });
    await node.until("live", ({ status }) => status?.phase === "Running");
    await expect.poll(() => node.logs("live", "main")).toContain("11a\nb");
    await node.client.patch(
      configMaps,
      { namespace: "default", name: "live" },
      { type: "merge", body: { data: { a: "2", b: "2", c: "2" } } },
    );
    await expect.poll(() => node.logs("live", "main", { tailLines: 6 }), { timeout: 1000 }).toContain("22a\nb\nc");
    await node.delete("live", 0);
  });

  it("waits for a missing secret in Kubernetes' words, and goes on as soon as it is there", async () => {
    const volumes = [{ name: "late", secret: { secretName: "late" } }];
    const mount = { env: [{ name: "DIR", value: "/late" }], volumeMounts: [{ name: "late", mountPath: "/late" }] };
    await node.run("late-volume", { volumes, containers: [shell('cat "$DIR/key"', mount)] });
    await node.run("late-env", {
      containers: [
        shell("echo $KEY", { env: [{ name: "KEY", valueFrom: { secretKeyRef: { name: "late", key: "key" } } }] }),
      ],
    });
    await expect
      .poll(() => node.events("late-volume"))
      .toContain('Warning FailedMount: MountVolume.SetUp failed for volume "late" : secret "late" not found');
    const waiting = await node.until(
      "late-env",
      (pod) => statusOf(pod, "main").state?.waiting?.reason === "CreateContainerConfigError",
    );
    expect(statusOf(waiting, "main").state?.waiting?.message).toBe('secret "late" not found');
    await node.client.create(secrets, {
      metadata: { name: "late", namespace: "default" },
      stringData: { key: "here" },
    });
    await Promise.all([node.finished("late-volume", 3), node.finished("late-env", 3)]);
    expect(await node.logs("late-volume", "main")).toBe("here\n");
    expect(await node.logs("late-env", "main")).toBe("here\n");
  });

  it("says ErrImagePull and ImagePullBackOff for an image that the store does not know", async () => {
    await node.run("no-image", { containers: [shell("true", { image: "nowhere/nothing:1" })] });
    await node.until("no-image", (pod) => statusOf(pod, "main").state?.waiting?.reason === "ErrImagePull");
    const pod = await node.until(
      "no-image",
      (current) => statusOf(current, "main").state?.waiting?.reason === "ImagePullBackOff",
    );
    expect(pod.status?.phase).toBe("Pending");
    await node.delete("no-image");
    await node.gone("no-image");
  });

  it("restarts with OnFailure at once, then with back-off, and keeps the previous log", async () => {
    const script = "echo run; exit 1";
    await node.run("crash", { restartPolicy: "OnFailure", containers: [shell(script)] });
    const pod = await node.until(
      "crash",
      (current) => statusOf(current, "main").state?.waiting?.reason === "CrashLoopBackOff",
    );
    expect(statusOf(pod, "main")).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 1, reason: "Error" } },
    });
    expect(statusOf(pod, "main").state?.waiting?.message).toMatch(
      /^back-off 10s restarting failed container=main pod=crash_default\(/,
    );
    expect(pod.status?.phase).toBe("Running");
    expect(await node.logs("crash", "main")).toBe("run\n");
    await node.delete("crash");
    await node.gone("crash");
  });

  it("becomes ready by its readiness probe quickly, and unready when it fails", async () => {
    const script = `const server = require("node:http").createServer((request, response) => {
      response.statusCode = globalThis.broken ? 500 : 200; response.end();
      if (request.url === "/break") globalThis.broken = true;
    }); setTimeout(() => server.listen(8001, process.env.POD_IP), 150);`;
    const env = [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }];
    const readinessProbe = { httpGet: { path: "/ready", port: 8001 }, periodSeconds: 1, failureThreshold: 1 };
    await node.run("ready", { containers: [{ name: "main", image: "node", args: [script], env, readinessProbe }] });
    await node.until("ready", (current) => statusOf(current, "main").state?.running !== undefined);
    const began = Date.now();
    const pod = await node.until("ready", (current) => conditionOf(current, "Ready") === "True");
    expect(Date.now() - began).toBeLessThan(900);
    await fetch(`http://${pod.status?.podIP}:8001/break`);
    const unready = await node.until("ready", (current) => conditionOf(current, "Ready") === "False");
    expect(unready.status?.conditions).toContainEqual(
      expect.objectContaining({
        type: "ContainersReady",
        reason: "ContainersNotReady",
        message: "containers with unready status: [main]",
      }),
    );
    await expect
      .poll(() => node.events("ready"))
      .toContain("Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500");
    await node.delete("ready", 0);
  });

  it("restarts a container whose liveness probe fails", async () => {
    const livenessProbe = { exec: { command: ["false"] }, periodSeconds: 1, failureThreshold: 1 };
    await node.run("unhealthy", { restartPolicy: "Always", containers: [shell("sleep 30", { livenessProbe })] });
    const pod = await node.until("unhealthy", (current) => statusOf(current, "main").restartCount === 1);
    expect(statusOf(pod, "main").lastState?.terminated).toMatchObject({ exitCode: 143 });
    expect(await node.events("unhealthy")).toContain(
      "Normal Killing: Container main failed liveness probe, will be restarted",
    );
    await node.delete("unhealthy", 0);
  });

  it("ends a deleted pod gracefully: preStop, SIGTERM, then the object goes", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "pilothouse-witness-"));
    await node.run("graceful", {
      containers: [
        shell("trap 'echo terminated; exit 0' TERM; echo up; while :; do sleep 0.05; done", {
          lifecycle: { preStop: { exec: { command: ["sh", "-c", "sleep 0.3"] } } },
        }),
      ],
    });
    await expect.poll(() => node.logs("graceful", "main").catch(() => "")).toContain("up");
    const followed = node.logs("graceful", "main", { follow: true });
    const began = Date.now();
    await node.delete("graceful");
    expect(await followed).toBe("up\nterminated\n");
    await node.gone("graceful");
    expect(Date.now() - began).toBeGreaterThan(300);
    expect(Date.now() - began).toBeLessThan(3000);
    await rm(scratch, { recursive: true, force: true });
  });

  it("kills what ignores SIGTERM once the grace period is over, and leaves no process", async () => {
    const mark = uniqueSleep();
    const script = `trap '' TERM; (setsid sleep ${mark} &); echo up; while :; do sleep ${mark}; done`;
    await node.run("stubborn", { terminationGracePeriodSeconds: 1, containers: [shell(script)] });
    // Only then is the trap set: the mark itself is on the shell's command line from the beginning.
    await expect.poll(() => node.logs("stubborn", "main").catch(() => "")).toContain("up");
    const began = Date.now();
    await node.delete("stubborn");
    await node.gone("stubborn");
    expect(Date.now() - began).toBeGreaterThan(900);
    expect(Date.now() - began).toBeLessThan(3000);
    expect(processesWith(mark)).toEqual([]);
  });

  it("leaves no process of a pod that is deleted by force, or while it starts", async () => {
    const mark = uniqueSleep();
    const names = Array.from({ length: 8 }, (_, index) => `flash-${index}`);
    await Promise.all(
      names.map(async (name, index) => {
        await node.run(name, { containers: [shell(`trap '' TERM; sleep ${mark} & wait; sleep ${mark}`)] });
        await new Promise((resolve) => setTimeout(resolve, index * 7));
        await node.delete(name, index % 2 === 0 ? 0 : 1);
      }),
    );
    await Promise.all(names.map((name) => node.gone(name)));
    await expect.poll(() => processesWith(mark).length, { timeout: 4000 }).toBe(0);
  });

  it("fails a pod at its active deadline", async () => {
    await node.run("deadline", { activeDeadlineSeconds: 1, containers: [shell("sleep 30")] });
    const pod = await node.finished("deadline");
    expect(pod.status).toMatchObject({
      phase: "Failed",
      reason: "DeadlineExceeded",
      message: "Pod was active on the node longer than the specified deadline",
    });
  });

  it("says OOMKilled of a container that goes past its memory limit", async () => {
    const script = "const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 10)";
    await node.run("hungry", {
      containers: [{ name: "main", image: "node", args: [script], resources: { limits: { memory: "150Mi" } } }],
    });
    const pod = await node.finished("hungry");
    expect(statusOf(pod, "main").state?.terminated).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
  });

  it("gives pods that run at the same time addresses of their own on which they can all use one port", async () => {
    const script =
      "require('node:http').createServer((q, r) => r.end(process.env.POD_IP)).listen(8001, process.env.POD_IP)";
    const env = [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }];
    const readinessProbe = { httpGet: { port: 8001 }, periodSeconds: 1 };
    const names = ["same-port-1", "same-port-2", "same-port-3"];
    await Promise.all(
      names.map((name) =>
        node.run(name, { containers: [{ name: "main", image: "node", args: [script], env, readinessProbe }] }),
      ),
    );
    const ready = await Promise.all(
      names.map((name) => node.until(name, (pod) => conditionOf(pod, "Ready") === "True")),
    );
    const addresses = ready.map(({ status }) => status?.podIP);
    expect(new Set(addresses).size).toBe(3);
    for (const address of addresses) expect(await (await fetch(`http://${address}:8001/`)).text()).toBe(address);
    await Promise.all(names.map((name) => node.delete(name, 0)));
  });
});
