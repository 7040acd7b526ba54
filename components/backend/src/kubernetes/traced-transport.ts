/** A span for each call to the Kubernetes API. Queries are left out: selectors and continuation tokens say little. */
import type { Transport } from "@pilothouse/kubernetes";
import type { Tracing } from "@pilothouse/server";

export function tracedTransport(transport: Transport, tracing: Tracing): Transport {
  return {
    request: async (request) =>
      tracing.call({
        name: `kubernetes ${request.method}`,
        attributes: { "http.request.method": request.method, "url.path": request.path.split("?", 1)[0] ?? "" },
        make: async (headers) => transport.request({ ...request, headers: { ...request.headers, ...headers } }),
        statusOf: ({ status }) => status,
      }),
    close: async () => transport.close(),
  };
}
