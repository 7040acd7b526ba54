/** The real processes of sessions on this machine, found by what their environment says they are. */
import { readdirSync, readFileSync } from "node:fs";

/** `handover`: a runner that only brings to the transcript what a former one left. */
export type SessionProcess = { pid: number; kind: "runner" | "broker" | "handover"; uid: string };

const ENTRY = /components\/(runner|broker)\/src\/main\.ts$/;

/** All runners and brokers of the installation whose Kubernetes API listens on `kubernetesPort`: their environment names it. */
export function sessionProcesses(kubernetesPort: number): SessionProcess[] {
  const found: SessionProcess[] = [];
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
      if (!/\/node$|^node$/.test(command[0] ?? "")) continue;
      const kind = ENTRY.exec(command.at(-1) ?? "")?.[1];
      if (kind !== "runner" && kind !== "broker") continue;
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (!environment.includes(`KUBERNETES_SERVICE_PORT=${kubernetesPort}`)) continue;
      const uid = environment.find((line) => line.startsWith("PILOTHOUSE_SESSION_UID="))?.split("=")[1];
      if (uid !== undefined && !isDead(pid)) {
        const isHandover = kind === "runner" && environment.includes("PILOTHOUSE_RUNNER_MODE=handover");
        found.push({ pid, kind: isHandover ? "handover" : kind, uid });
      }
    } catch {
      // Ended while we looked.
    }
  }
  return found;
}

function isDead(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
  return state === "Z" || state === "X";
}

/** The process of a component that `up` started: its command line ends with the component's entry and it is a child of `supervisor`. */
export function componentProcess(component: string, supervisor: number): number | undefined {
  const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, "utf8").trim().split(" ");
  return children.map(Number).find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`components/${component}/src/main.ts`);
    } catch {
      return false;
    }
  });
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was quicker.
  }
}
