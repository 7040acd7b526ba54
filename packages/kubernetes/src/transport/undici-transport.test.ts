// Over real TLS: a client certificate outranks a bearer token at an API server, so a connection that showed ours must
// never carry another's token.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesClient } from "../client/client.ts";
import { NO_RETRY } from "../client/retry.ts";
import { createUndiciTransport } from "./undici-transport.ts";

let folder: string;
let server: Server;
let url: string;
const file = (name: string): string => readFileSync(join(folder, name), "utf8");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pilothouse-tls-"));
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  openssl(
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
    "-days",
    "2",
    "-subj",
    "/CN=test-ca",
  );
  for (const [name, subject] of [
    ["server", "/CN=127.0.0.1"],
    ["client", "/CN=admin"],
  ] as const) {
    openssl(
      "req",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
      "-subj",
      subject,
      "-addext",
      "subjectAltName=IP:127.0.0.1",
    );
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.crt",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-out",
      `${name}.crt`,
      "-days",
      "2",
      "-copy_extensions",
      "copyall",
    );
  }
  const options = {
    ca: file("ca.crt"),
    cert: file("server.crt"),
    key: file("server.key"),
    requestCert: true,
    rejectUnauthorized: false,
  };
  server = createServer(options, (request, response) => {
    const certificate = (request.socket as TLSSocket).getPeerCertificate();
    response.end(JSON.stringify({ certificate: certificate.subject?.CN, token: request.headers.authorization }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

describe("a connection", () => {
  it("that shows our certificate never carries another's token", async () => {
    const clientCertificate = { certificate: file("client.crt"), key: file("client.key") };
    const client = new KubernetesClient({
      transport: createUndiciTransport({ server: url, certificateAuthority: file("ca.crt"), clientCertificate }),
    });
    const ask = async (asked: KubernetesClient): Promise<unknown> => asked.request({ method: "GET", path: "/" });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => ask(index % 2 === 0 ? client : client.withToken(`user-${index}`))),
    );
    for (const [index, answer] of answers.entries()) {
      expect(answer).toEqual(index % 2 === 0 ? { certificate: "admin" } : { token: `Bearer user-${index}` });
    }
    await client.close();
  });

  it("to a server of another authority is refused before anything is sent", async () => {
    const client = new KubernetesClient({ transport: createUndiciTransport({ server: url }), retry: NO_RETRY });
    await expect(client.request({ method: "GET", path: "/" })).rejects.toMatchObject({ code: "TLS", notSent: true });
    await client.close();
  });
});
