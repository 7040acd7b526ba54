/** Sends a browser on to another address, and lets nobody keep the answer. */
import type { ServerResponse } from "node:http";

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { Location: location, "Cache-Control": "no-store" });
  response.end();
}
