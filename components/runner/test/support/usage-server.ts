/** Stands where the broker is, as far as the runner asks it: what was spent. */
import { randomBytes } from "node:crypto";
import { json, serve } from "./http.ts";

export class UsageServer {
  readonly token = randomBytes(32).toString("base64url");
  url = "";
  report = {
    totals: { inputTokens: 0, outputTokens: 0, cachedTokens: 0, costUsd: 0 },
    byModel: {} as Record<string, unknown>,
    budget: { exceeded: null as string | null },
  };
  #close: () => Promise<void> = async () => undefined;

  static async start(): Promise<UsageServer> {
    const usage = new UsageServer();
    const served = await serve((request, _body, response) => {
      if (request.headers.authorization !== `Bearer ${usage.token}`) return json(response, 401, {});
      return json(response, 200, usage.report);
    });
    usage.url = served.url;
    usage.#close = async () => served.close();
    return usage;
  }

  async stop(): Promise<void> {
    await this.#close();
  }
}
