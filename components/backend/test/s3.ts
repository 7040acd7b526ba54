/** A storage of the test's own that speaks S3 and checks each signature by AWS's published algorithm (Signature Version 4). */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export const S3_KEY = { id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region: "eu-test-1" };

export interface TestStorage {
  readonly url: string;
  /** By path, the bucket included. */
  readonly objects: Map<string, Buffer>;
  /** Requests whose signature was wrong. */
  readonly refused: string[];
  stop(): Promise<void>;
}

export async function startStorage(): Promise<TestStorage> {
  const objects = new Map<string, Buffer>();
  const refused: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const path = request.url ?? "";
      if (!isSigned(request, body)) {
        refused.push(`${request.method ?? ""} ${path}`);
        response.writeHead(403).end("<Error><Code>SignatureDoesNotMatch</Code></Error>");
        return;
      }
      if (request.method === "PUT") objects.set(path, body);
      if (request.method === "DELETE") objects.delete(path);
      const found = request.method === "GET" ? objects.get(path) : Buffer.alloc(0);
      response.writeHead(found === undefined ? 404 : request.method === "DELETE" ? 204 : 200).end(found);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    refused,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();

function isSigned({ method = "", url = "", headers }: IncomingMessage, body: Buffer): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, id = "", day = "", region = "", signed = "", signature = ""] =
    pattern.exec(headers.authorization ?? "") ?? [];
  const stated = String(headers["x-amz-content-sha256"]);
  const time = String(headers["x-amz-date"]);
  if (id !== S3_KEY.id || region !== S3_KEY.region || !time.startsWith(day)) return false;
  if (!signed.split(";").includes("host") || !signed.split(";").includes("x-amz-date")) return false;
  if (stated !== "UNSIGNED-PAYLOAD" && stated !== sha256(body)) return false;
  const [path = "", query = ""] = url.split("?");
  const lines = signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, path, query, lines.join(""), signed, stated].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = hmac(hmac(hmac(hmac(`AWS4${S3_KEY.secret}`, day), region), "s3"), "aws4_request");
  const right = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n"));
  return signature !== "" && timingSafeEqual(right, Buffer.from(signature, "hex"));
}
