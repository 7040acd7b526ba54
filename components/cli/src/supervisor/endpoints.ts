/** endpoints.json: where a running installation can be reached. Tools read it; the next start prefers its ports. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { DataDirectory } from "./data-directory.ts";
import type { Ports } from "./ports.ts";

const Endpoints = z.object({ ui: z.url().optional(), backend: z.url(), publicApi: z.url(), kubernetes: z.url() });
export type Endpoints = z.infer<typeof Endpoints>;

/** The addresses that belong to `ports`; no `ui` where none is started. */
export function endpointsOf(ports: Ports, ui: boolean): Endpoints {
  return {
    ...(ui ? { ui: `http://127.0.0.1:${ports.ui}` } : {}),
    backend: `http://127.0.0.1:${ports.backend}`,
    publicApi: `http://127.0.0.1:${ports.publicApi}`,
    kubernetes: `https://127.0.0.1:${ports.kubernetes}`,
  };
}

/** The recorded addresses, or undefined when there are none that can be read. */
export function readEndpoints(directory: DataDirectory): Endpoints | undefined {
  try {
    return Endpoints.parse(JSON.parse(readFileSync(directory.endpointsFile, "utf8")));
  } catch {
    return undefined;
  }
}

export function writeEndpoints(directory: DataDirectory, endpoints: Endpoints): void {
  const draft = `${directory.endpointsFile}.new`;
  writeFileSync(draft, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, directory.endpointsFile);
}

/** The ports of the last start. */
export function formerPorts(directory: DataDirectory): Partial<Ports> {
  const endpoints = readEndpoints(directory);
  if (endpoints === undefined) return {};
  const port = (address: string) => Number(new URL(address).port);
  return {
    ...(endpoints.ui === undefined ? {} : { ui: port(endpoints.ui) }),
    backend: port(endpoints.backend),
    publicApi: port(endpoints.publicApi),
    kubernetes: port(endpoints.kubernetes),
  };
}
