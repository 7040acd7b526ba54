/**
 * MCP's older transport (SSE): the server's first event says to which address messages are posted. It is replaced by one of
 * the broker's own, which stands for exactly that address.
 */
import { randomBytes } from "node:crypto";
import type { Redactor } from "../secrets/redact.ts";

/** Addresses that servers named for messages, by the random name that the agent knows. */
export class Endpoints {
  readonly #paths = new Map<string, { server: string; path: string }>();

  issue(server: string, path: string): string {
    const id = randomBytes(16).toString("base64url");
    this.#paths.set(id, { server, path });
    const [oldest] = this.#paths.keys();
    if (this.#paths.size > MOST_ENDPOINTS && oldest !== undefined) this.#paths.delete(oldest);
    return id;
  }

  path(server: string, id: string): string | undefined {
    const known = this.#paths.get(id);
    return known?.server === server ? known.path : undefined;
  }
}

const MOST_ENDPOINTS = 1000;
/** The event comes first; a stream that holds so much before it has none. */
const LONGEST_WAIT = 64 * 1024;

/** @param rename undefined = the address is not acceptable, and the event is left out */
export function endpointRewriter(rename: (address: string) => string | undefined): Redactor {
  let held = "";
  let done = false;
  const take = (final: boolean): Buffer => {
    let ready = "";
    for (let end = held.search(/\r?\n\r?\n/); end >= 0 && !done; end = held.search(/\r?\n\r?\n/)) {
      const length = end + (/^(?:\r?\n){2}/.exec(held.slice(end))?.[0].length ?? 2);
      const event = held.slice(0, length);
      held = held.slice(length);
      const isEndpoint = /^event: ?endpoint\r?$/m.test(event);
      const address = /^data: ?(.*?)\r?$/m.exec(event)?.[1];
      if (!isEndpoint || address === undefined) {
        ready += event;
        continue;
      }
      done = true;
      const renamed = rename(address);
      if (renamed !== undefined) ready += `event: endpoint\ndata: ${renamed}\n\n`;
    }
    if (!done && !final && held.length <= LONGEST_WAIT) return Buffer.from(ready, "latin1");
    done = true;
    ready += held;
    held = "";
    return Buffer.from(ready, "latin1");
  };
  return {
    push(chunk) {
      if (done) return chunk;
      // Bytes as they are: an address has none that two characters would share.
      held += chunk.toString("latin1");
      return take(false);
    },
    end() {
      return done ? Buffer.alloc(0) : take(true);
    },
  };
}
