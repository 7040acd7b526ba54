/** Which ports a local installation listens on: the UI's as asked, the others beside it or wherever there is room. */
import { createServer } from "node:net";
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

/**
 * Chooses the ports.
 * @param requested `--port`; 0 = any free one; undefined = the former one or {@link DEFAULT_UI_PORT}
 * @param former the ports of the last start, preferred so that kubeconfigs and bookmarks stay valid
 */
export async function choosePorts(requested: number | undefined, former: Partial<Ports>): Promise<Ports> {
  const wanted = requested ?? former.ui ?? DEFAULT_UI_PORT;
  const ui = wanted === 0 ? await freePort() : await tryPort(wanted);
  if (ui === undefined) {
    throw new CliError(
      "PORT_IN_USE",
      `port ${wanted} on 127.0.0.1 is in use by another program. Choose another one with --port, or --port 0 for any free one.`,
    );
  }
  const taken = new Set([ui]);
  const pick = async (preferred: number): Promise<number> => {
    let port = taken.has(preferred) || preferred > 65_535 ? undefined : await tryPort(preferred);
    while (port === undefined || taken.has(port)) port = await freePort();
    taken.add(port);
    return port;
  };
  const sameUi = former.ui === ui;
  return {
    ui,
    backend: await pick((sameUi ? former.backend : undefined) ?? ui + 1),
    publicApi: await pick((sameUi ? former.publicApi : undefined) ?? ui + 2),
    kubernetes: await pick((sameUi ? former.kubernetes : undefined) ?? ui + 3),
  };
}
