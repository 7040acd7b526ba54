/** Unpacks an answer that a provider compressed although it was asked not to. */
import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { BrokerError } from "../errors.ts";

const DECODERS = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const;

function isKnown(encoding: string): encoding is keyof typeof DECODERS {
  return encoding in DECODERS;
}

export function unpack(body: Readable, contentEncoding: string | undefined): Readable {
  const encoding = (contentEncoding ?? "identity").trim().toLowerCase();
  if (encoding === "identity" || encoding === "") return body;
  if (!isKnown(encoding)) {
    body.destroy();
    throw new BrokerError("UPSTREAM_UNREACHABLE", `the provider's answer is packed in an unknown way: ${encoding}`);
  }
  // An error reaches the reader of the decoder; there is nobody else to tell.
  return pipeline(body, DECODERS[encoding](), () => {});
}
