/** The request's body on its way to the provider: counted and bounded, and only read as a whole where it must change. */
import type { IncomingMessage } from "node:http";
import { BrokerError } from "../errors.ts";

export interface BoundedBody {
  readonly stream: AsyncIterable<Buffer>;
  /** Bytes that have passed so far. */
  readonly bytes: () => number;
}

function tooLarge(limit: number): BrokerError {
  return new BrokerError(
    "BODY_TOO_LARGE",
    `the request is larger than ${limit} bytes, the most that the broker forwards`,
  );
}

/** @throws BrokerError BODY_TOO_LARGE at once when the request names its length, else when it passes the limit */
export function boundedBody(incoming: IncomingMessage, limit: number): BoundedBody {
  if (Number(incoming.headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
  let bytes = 0;
  async function* stream(): AsyncGenerator<Buffer, void> {
    for await (const chunk of incoming) {
      const buffer = Buffer.from(chunk);
      bytes += buffer.length;
      if (bytes > limit) throw tooLarge(limit);
      yield buffer;
    }
  }
  return { stream: stream(), bytes: () => bytes };
}

export async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
