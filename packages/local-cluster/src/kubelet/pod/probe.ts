/** One look at a container: an HTTP request, a TCP connection or a command. */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";
import type { Container, HttpGetAction, Probe } from "@pilothouse/kubernetes";
import type { ContainerProcess } from "../process/index.ts";

export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly output: string };

export interface ProbeTarget {
  readonly podIP: string;
  readonly container: Container;
  readonly process: ContainerProcess;
}

/** Never rejects; ends as failed when the time is over or the signal aborts. */
export async function runProbe(probe: Probe, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
  const seconds = probe.timeoutSeconds ?? 1;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  try {
    if (probe.httpGet) return await probeHttp(probe.httpGet, target, limited);
    if (probe.tcpSocket) return await probeTcp(probe.tcpSocket, target, limited);
    if (probe.exec) return await probeCommand(probe.exec.command, target, limited);
    return { ok: false, output: "probe has no action" };
  } catch (error) {
    const output = limited.aborted
      ? `probe timed out after ${seconds}s`
      : error instanceof Error
        ? error.message
        : String(error);
    return { ok: false, output };
  }
}

export function resolvePort(port: number | string, container: Container): number {
  if (typeof port === "number") return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? Number(port);
}

/** Any status from 200 to 399 is healthy. */
export function probeHttp(
  action: HttpGetAction,
  { podIP, container }: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const secure = action.scheme?.toUpperCase() === "HTTPS";
  const host = action.host ?? podIP;
  const port = resolvePort(action.port, container);
  const path = action.path?.startsWith("/") === false ? `/${action.path}` : (action.path ?? "/");
  const url = `${secure ? "https" : "http"}://${host}:${port}${path}`;
  const headers: Record<string, string> = { "user-agent": "kube-probe/1.31", connection: "close" };
  for (const { name, value } of action.httpHeaders ?? []) headers[name.toLowerCase()] = value;
  return new Promise((resolve) => {
    const options = { host, port, path, headers, signal, agent: false };
    // A pod's certificate is its own; a probe asks whether it answers, not who it is.
    const request = secure ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
    request.once("response", (response) => {
      const status = response.statusCode ?? 0;
      response.destroy();
      if (status >= 200 && status < 400) resolve({ ok: true });
      else resolve({ ok: false, output: `HTTP probe failed with statuscode: ${status}` });
    });
    request.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ ok: false, output: `Get "${url}": ${connectionProblem(error, host, port, signal)}` });
    });
    request.end();
  });
}

export function probeTcp(
  { port, host }: { port: number | string; host?: string },
  { podIP, container }: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const address = host ?? podIP;
  const number = resolvePort(port, container);
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: number, signal });
    socket.once("connect", () => {
      socket.destroy();
      resolve({ ok: true });
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      resolve({ ok: false, output: connectionProblem(error, address, number, signal) });
    });
  });
}

export async function probeCommand(
  command: readonly string[],
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { exitCode, output } = await target.process.exec(command, { signal, maxOutputBytes: 10 * 1024 });
  return exitCode === 0 ? { ok: true } : { ok: false, output };
}

function connectionProblem(error: NodeJS.ErrnoException, host: string, port: number, signal: AbortSignal): string {
  if (signal.aborted) return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
  if (error.code === "ECONNREFUSED") return `dial tcp ${host}:${port}: connect: connection refused`;
  if (error.code === "ECONNRESET") return "read: connection reset by peer";
  return error.message;
}
