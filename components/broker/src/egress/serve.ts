/** Puts the egress proxy on the broker's port: checks the token, writes the log, says no in plain text. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { TokenCheck } from "../access/token.ts";
import { BrokerError } from "../errors.ts";
import type { Broker } from "../http/broker.ts";
import { asBrokerError } from "../http/respond.ts";
import { tunnel } from "./tunnel.ts";
import type { TunnelOptions } from "./tunnel.ts";

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  403: "Forbidden",
  407: "Proxy Authentication Required",
};

function refuse(client: Duplex, error: BrokerError): void {
  const status = error.code === "TOKEN_REQUIRED" ? 407 : error.status;
  const challenge = status === 407 ? 'proxy-authenticate: Basic realm="pilothouse"\r\n' : "";
  const head = `HTTP/1.1 ${status} ${REASONS[status] ?? "Bad Gateway"}\r\n${challenge}connection: close\r\ncontent-type: text/plain\r\n`;
  client.end(`${head}content-length: ${Buffer.byteLength(error.message)}\r\n\r\n${error.message}`);
}

export function serveEgress(
  server: Server,
  broker: Broker,
  knows: TokenCheck,
  options: Partial<TunnelOptions> = {},
): void {
  const serve = async (incoming: IncomingMessage, client: Duplex, head: Buffer): Promise<void> => {
    const begun = broker.now();
    const fields: Record<string, unknown> = { target: incoming.url };
    try {
      if (!knows(incoming.headers, new URLSearchParams())) {
        throw new BrokerError("TOKEN_REQUIRED", "the egress proxy needs the session's broker token as its password");
      }
      broker.metrics.egress.inc({ outcome: "opened" });
      await tunnel(incoming, client, head, {
        allowedHosts: broker.configuration.egressHosts,
        signal: broker.stopping,
        ...options,
      });
      fields["outcome"] = "closed";
    } catch (error) {
      const refusal = asBrokerError(error);
      broker.metrics.egress.inc({ outcome: refusal.status < 500 ? "refused" : "failed" });
      Object.assign(fields, { outcome: "refused", code: refusal.code, reason: refusal.message });
      refuse(client, refusal);
    }
    broker.log.info({ ...fields, durationMs: Math.round(broker.now() - begun) }, "egress");
  };
  server.on("connect", (incoming, client, head) => {
    client.on("error", () => client.destroy());
    void serve(incoming, client, head);
  });
}
