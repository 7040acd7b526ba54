/** Which ports a local installation listens on: the UI's as asked, the others beside it or wherever there is room. */
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CliError } from "../errors.ts";
import { isCode } from "./data-directory.ts";

export const DEFAULT_UI_PORT = 4400;
export type Ports = { ui: number; backend: number; publicApi: number; kubernetes: number };

/** Tries to listen on 127.0.0.1:`port` (0 = any). Resolves with the port, or undefined when it is taken. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if (isCode(error, "EADDRINUSE") || isCode(error, "EACCES")) resolve(undefined);
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      const found = typeof address === "object" && address !== null ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}

/** A port of 127.0.0.1 that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const port = await tryPort(0);
  if (port === undefined) throw new CliError("PORT_IN_USE", "no free port could be found on 127.0.0.1");
  return port;
}

/** The components of an installation that was killed just now need this long to be gone. */
const DYING_MS = 2_000;

/** A port that was ours: whoever listens there may be the last of our own former processes. */
async function tryFormerPort(port: number): Promise<number | undefined> {
  const deadline = Date.now() + DYING_MS;
  for (;;) {
    const found = await tryPort(port);
    if (found !== undefined || Date.now() > deadline) return found;
    await delay(50);
  }
}

/**
 * Chooses the ports.
 * @param requested `--port`; 0 = any free one; undefined = the former one or {@link DEFAULT_UI_PORT}
 * @param former the ports of the last start, preferred so that kubeconfigs and bookmarks stay valid, and sessions that
 *   wait for their start find the backend where it was
 * @param withUi false when no web interface is started: its port is then only where the others are counted from
 */
export async function choosePorts(
  requested: number | undefined,
  former: Partial<Ports>,
  withUi = true,
): Promise<Ports> {
  const kept = requested === undefined || requested === former.ui;
  const ui = await chooseUiPort(requested ?? former.ui ?? DEFAULT_UI_PORT, kept && former.ui !== undefined, withUi);
  const taken = new Set([ui]);
  const pick = async (known: number | undefined, otherwise: number): Promise<number> => {
    const preferred = kept ? (known ?? otherwise) : otherwise;
    const attempt = kept && known !== undefined ? tryFormerPort : tryPort;
    let port = taken.has(preferred) || preferred > 65_535 ? undefined : await attempt(preferred);
    while (port === undefined || taken.has(port)) port = await freePort();
    taken.add(port);
    return port;
  };
  return {
    ui,
    backend: await pick(former.backend, ui + 1),
    publicApi: await pick(former.publicApi, ui + 2),
    kubernetes: await pick(former.kubernetes, ui + 3),
  };
}

async function chooseUiPort(wanted: number, former: boolean, needed: boolean): Promise<number> {
  if (wanted === 0) return freePort();
  const port = former ? await tryFormerPort(wanted) : await tryPort(wanted);
  if (port !== undefined) return port;
  if (!needed) return freePort();
  throw new CliError(
    "PORT_IN_USE",
    `port ${wanted} on 127.0.0.1 is in use by another program. Choose another one with --port, or --port 0 for any free one.`,
  );
}
