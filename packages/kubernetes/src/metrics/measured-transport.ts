// Counts and times what goes over a transport.
import { Counter, Histogram, type Registry } from "prom-client";
import { ConnectionError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";

export function measureTransport(transport: Transport, registry: Registry): Transport {
  const requests = new Counter({
    name: "rest_client_requests_total",
    help: "Requests to the Kubernetes API by method and status; code is an error's name when no answer came",
    labelNames: ["method", "code"] as const,
    registers: [registry],
  });
  const duration = new Histogram({
    name: "rest_client_request_duration_seconds",
    help: "Seconds until the answer began",
    labelNames: ["method"] as const,
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return {
    async request(request) {
      const began = performance.now();
      try {
        const response = await transport.request(request);
        requests.inc({ method: request.method, code: String(response.status) });
        return response;
      } catch (error) {
        requests.inc({ method: request.method, code: error instanceof ConnectionError ? error.code : "ABORTED" });
        throw error;
      } finally {
        if (request.streaming !== true)
          duration.observe({ method: request.method }, (performance.now() - began) / 1000);
      }
    },
    close: async () => transport.close(),
  };
}
