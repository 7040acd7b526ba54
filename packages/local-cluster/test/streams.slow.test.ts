// kubectl exec, attach, cp and port-forward against pods of a local cluster, an old and a new kubectl.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalCluster, type LocalCluster } from "../src/cluster.ts";
import { kubectl, kubectlBinary, type Kubectl, type KubectlVersion } from "./kubectl.ts";
import { testImages } from "./support/node.ts";

const directory = mkdtempSync(path.join(tmpdir(), "streams-"));
const PAGE = "x".repeat(300_000);
const SERVER = `
  const { createServer } = require("node:http");
  createServer((request, response) => response.end("x".repeat(${PAGE.length}))).listen(8080, process.env.POD_IP);
  setInterval(() => console.log("tick"), 100);
`;
const POD = JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "talker" },
  spec: {
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: "main",
        image: "node",
        args: [SERVER],
        env: [
          { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
          { name: "GREETING", value: "hello from inside" },
        ],
      },
      { name: "side", image: "shell", args: ["trap 'exit 0' TERM; while :; do sleep 0.1; done"] },
    ],
  },
});

interface Failure {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let cluster: LocalCluster;
let admin: Kubectl;

beforeAll(async () => {
  cluster = await startLocalCluster({ dataDir: directory, images: testImages, podGraceMs: 1000 });
  admin = await kubectl("1.35", cluster.adminKubeconfigFile);
  await admin(["create", "namespace", "talk"]);
  await admin(["-n", "talk", "wait", "--for=create", "serviceaccount/default", "--timeout=10s"]);
  await admin(["-n", "talk", "create", "-f", "-"], POD);
  await admin(["-n", "talk", "wait", "--for=condition=Ready", "pod/talker", "--timeout=20s"]);
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
}, 30_000);

/** Until the text has been printed; what has been printed by then. */
function printed(child: ChildProcess, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
    if (output.includes(text)) resolve(output);
  });
  child.once("exit", () => reject(new Error(`kubectl ended without ${JSON.stringify(text)}: ${output}`)));
  return promise;
}

describe.each<KubectlVersion>(["1.31", "1.35"])("kubectl %s", { timeout: 30_000 }, (version) => {
  let run: Kubectl;
  let binary: string;
  const talk = (...args: string[]): string[] => ["-n", "talk", ...args];
  const begin = (args: string[]): ChildProcess =>
    spawn(binary, [`--kubeconfig=${cluster.adminKubeconfigFile}`, ...talk(...args)], {
      stdio: ["pipe", "pipe", "inherit"],
    });

  beforeAll(async () => {
    binary = await kubectlBinary(version);
    run = await kubectl(version, cluster.adminKubeconfigFile);
  });

  it("runs a command with the container's environment and user", async () => {
    expect(await run(talk("exec", "talker", "-c", "main", "--", "printenv", "GREETING"))).toBe("hello from inside\n");
  });

  it("tells a command's exit code, and its two outputs apart", async () => {
    const command = ["exec", "talker", "-c", "main", "--", "sh", "-c", "echo out; echo problem >&2; exit 7"];
    const args = [`--kubeconfig=${cluster.adminKubeconfigFile}`, ...talk(...command)];
    const failure = await promisify(execFile)(binary, args).then(
      () => undefined,
      (error: unknown) => error as Failure,
    );
    expect(failure).toMatchObject({ code: 7, stdout: "out\n" });
    expect(failure?.stderr).toContain("problem\n");
  });

  it("gives a command its input, and the end of it", async () => {
    const text = "line\n".repeat(100_000);
    expect(await run(talk("exec", "-i", "talker", "-c", "main", "--", "wc", "-c"), text)).toContain(`${text.length}`);
  });

  it("gives a command a terminal", async () => {
    const child = begin([
      "exec",
      "-i",
      "-t",
      "talker",
      "-c",
      "main",
      "--",
      "sh",
      "-c",
      "test -t 1 && echo is a terminal",
    ]);
    // kubectl makes no terminal of a pipe, and says so; through `script` it has one of its own.
    child.kill();
    await once(child, "exit");
    const inner = [
      binary,
      `--kubeconfig=${cluster.adminKubeconfigFile}`,
      ...talk("exec", "-it", "talker", "-c", "main"),
    ];
    const command = [...inner, "--", "sh", "-c", "'test -t 1 && echo is a terminal'"].join(" ");
    const { stdout } = await promisify(execFile)("script", ["-qec", command, "/dev/null"]);
    expect(stdout).toContain("is a terminal");
  });

  it("ends a command that nobody listens to any more", async () => {
    const mark = path.join(directory, `mark-${version}`);
    const script = `while :; do echo go; sleep 0.1; done`;
    const child = begin(["exec", "talker", "-c", "side", "--", "sh", "-c", `: ${mark}; ${script}`]);
    await printed(child, "go");
    child.kill("SIGKILL");
    const { stdout } = await promisify(execFile)("sh", [
      "-c",
      `for i in $(seq 100); do pgrep -f '^sh -c : ${mark}' >/dev/null || { echo gone; exit; }; sleep 0.1; done; echo there`,
    ]);
    expect(stdout).toBe("gone\n");
  });

  it("copies files in and out", async () => {
    const [there, back] = [path.join(directory, `there-${version}`), path.join(directory, `back-${version}`)];
    writeFileSync(there, PAGE);
    await run(talk("cp", there, "talker:/tmp/copied", "-c", "main"));
    await run(talk("cp", "talker:/tmp/copied", back, "-c", "main"));
    expect(existsSync(back) && readFileSync(back, "utf8") === PAGE).toBe(true);
  });

  it("shows what a container writes from now on", async () => {
    const child = begin(["attach", "talker", "-c", "main"]);
    expect(await printed(child, "tick")).toContain("tick");
    child.kill();
    await once(child, "exit");
  });

  it("forwards a port, many times at once", async () => {
    const child = begin(["port-forward", "pod/talker", ":8080"]);
    const port = /127\.0\.0\.1:(\d+)/.exec(await printed(child, "Forwarding from 127.0.0.1"))?.[1];
    const pages = await Promise.all(
      Array.from({ length: 8 }, async () => (await fetch(`http://127.0.0.1:${port}/`)).text()),
    );
    expect(pages.every((page) => page === PAGE)).toBe(true);
    child.kill();
    await once(child, "exit");
  });

  it("is told what is not there", async () => {
    await expect(run(talk("exec", "talker", "-c", "none", "--", "true"))).rejects.toThrow(
      /container none is not valid|container not found/,
    );
    await expect(run(talk("exec", "nobody", "--", "true"))).rejects.toThrow(/pods "nobody" not found/);
    await expect(run(talk("exec", "talker", "-c", "main", "--", "no-such-program"))).rejects.toThrow(
      /exit code 127|126/,
    );
  });

  it("is refused without the right to create a connection", async () => {
    const token = cluster.mintUserToken({ user: "reader", groups: [], expiresInSeconds: 600 });
    const as = (...args: string[]): string[] => [
      `--server=${cluster.url}`,
      `--certificate-authority=${cluster.caFile}`,
      `--token=${token}`,
      ...talk(...args),
    ];
    await admin(talk("create", "rolebinding", `reader-${version}`, "--clusterrole=view", "--user=reader"));
    const plain = await kubectl(version, "/dev/null");
    expect(await plain(as("get", "pod", "talker", "-o", "name"))).toBe("pod/talker\n");
    await expect(plain(as("exec", "talker", "-c", "main", "--", "true"))).rejects.toThrow(
      /cannot create resource "pods\/exec"/,
    );
    await expect(plain(as("port-forward", "talker", ":8080"))).rejects.toThrow(/forbidden/);
  });
});
