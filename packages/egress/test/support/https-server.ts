// An HTTPS server on loopback under a certificate of its own, which counts who connects: what guarded requests are tested against.
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class HttpsServer {
  readonly #server;
  /** PEM of the only authority that vouches for it. */
  readonly certificate: string;
  connections = 0;
  answer: RequestListener = (_, response) => response.end();

  private constructor(key: string, certificate: string) {
    this.certificate = certificate;
    this.#server = createServer({ key, cert: certificate }, (request, response) => this.answer(request, response));
    this.#server.on("connection", () => (this.connections += 1));
  }

  /** @param names DNS names that the certificate is for, besides 127.0.0.1 */
  static async start(names: readonly string[]): Promise<HttpsServer> {
    const folder = await mkdtemp(join(tmpdir(), "pilothouse-https-"));
    try {
      const [keyFile, certificateFile] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
      const wanted = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test";
      const alternatives = ["IP:127.0.0.1", ...names.map((name) => `DNS:${name}`)].join(",");
      const files = ["-keyout", keyFile, "-out", certificateFile];
      execFileSync("openssl", [...wanted.split(" "), "-addext", `subjectAltName=${alternatives}`, ...files]);
      const server = new HttpsServer(await readFile(keyFile, "utf8"), await readFile(certificateFile, "utf8"));
      await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
      return server;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
