/** Archives in S3-compatible storage. Requests are signed (AWS Signature Version 4) and address the bucket by path. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { AwsClient } from "aws4fetch";
import { StorageUnavailable } from "../store/unavailable.ts";
import { checkKey, type Blobs } from "./blobs.ts";

export interface S3Options {
  /** Without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** Before every key, without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

const PATIENCE_MILLISECONDS = 60_000;
const RETRIES = 2;

export class S3Blobs implements Blobs {
  readonly #client: AwsClient;
  readonly #base: string;
  readonly #name: string;

  constructor({ endpoint, region, bucket, prefix, accessKeyId, secretAccessKey, sessionToken }: S3Options) {
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      region,
      service: "s3",
      retries: RETRIES,
    });
    this.#name = `s3://${bucket}`;
    this.#base = [endpoint.replace(/\/+$/, ""), bucket, ...(prefix === "" ? [] : [prefix])].join("/");
  }

  async put(key: string, body: Buffer): Promise<void> {
    const answer = await this.#send("PUT", key, {
      body: new Uint8Array(body),
      headers: {
        "content-type": "application/octet-stream",
        "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
      },
    });
    await answer.body?.cancel();
    if (!answer.ok) throw this.#refused("PUT", answer);
  }

  async get(key: string): Promise<Readable | undefined> {
    const answer = await this.#send("GET", key, {});
    if (answer.ok && answer.body !== null) return Readable.fromWeb(answer.body);
    await answer.body?.cancel();
    if (answer.status === 404) return undefined;
    throw this.#refused("GET", answer);
  }

  async delete(key: string): Promise<void> {
    const answer = await this.#send("DELETE", key, {});
    await answer.body?.cancel();
    if (!answer.ok && answer.status !== 404) throw this.#refused("DELETE", answer);
  }

  async #send(method: string, key: string, init: { body?: Uint8Array<ArrayBuffer>; headers?: Record<string, string> }) {
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    const url = `${this.#base}/${checkKey(key)}`;
    try {
      return await this.#client.fetch(url, { method, ...init, redirect: "error", signal });
    } catch (error) {
      throw new StorageUnavailable(`the archive storage ${this.#name} does not answer`, { cause: error });
    }
  }

  #refused(method: string, { status }: Response): Error {
    return new StorageUnavailable(`the archive storage ${this.#name} answered ${method} with ${status}`);
  }
}
