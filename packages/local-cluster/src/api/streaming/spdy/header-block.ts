// Header blocks of SPDY/3: names and values with their lengths, in one zlib stream per direction that lasts as long as the
// connection and starts with a dictionary of the specification.
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from "node:zlib";

const WORDS =
  "options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie keep-alive origin";
const TAIL =
  "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

const dictionary = Buffer.concat([
  ...WORDS.split(" ").map((word) => withLength(word.replace("_", " "))),
  Buffer.from(TAIL, "latin1"),
]);

const MOST_BYTES = 64 * 1024;

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads the blocks of one direction, each to be read in the order in which they came. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary });

  async read(block: Uint8Array): Promise<Map<string, string>> {
    const chunks: Buffer[] = [];
    const gather = (chunk: Buffer): void => void chunks.push(chunk);
    this.#inflate.on("data", gather);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#inflate.once("error", reject);
        this.#inflate.write(block, () => {
          this.#inflate.off("error", reject);
          resolve();
        });
      });
    } finally {
      this.#inflate.off("data", gather);
    }
    return parse(Buffer.concat(chunks));
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function parse(block: Buffer): Map<string, string> {
  if (block.length > MOST_BYTES) throw new RangeError("a header block of SPDY is too large");
  const headers = new Map<string, string>();
  let at = 0;
  const number = (): number => {
    const value = block.readUInt32BE(at);
    at += 4;
    return value;
  };
  const text = (): string => {
    const length = number();
    if (at + length > block.length) throw new RangeError("a header block of SPDY ends too early");
    at += length;
    return block.toString("utf8", at - length, at);
  };
  for (let left = number(); left > 0; left -= 1) {
    const name = text();
    headers.set(name, text());
  }
  return headers;
}

export class HeaderWriter {
  readonly #deflate: Deflate = createDeflate({ dictionary });

  /** A block without headers: an answer to a stream says nothing but that it is taken. */
  async empty(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const gather = (chunk: Buffer): void => void chunks.push(chunk);
    this.#deflate.on("data", gather);
    await new Promise<void>((resolve, reject) => {
      this.#deflate.once("error", reject);
      this.#deflate.write(Buffer.alloc(4));
      this.#deflate.flush(constants.Z_SYNC_FLUSH, () => {
        this.#deflate.off("error", reject);
        resolve();
      });
    });
    this.#deflate.off("data", gather);
    return Buffer.concat(chunks);
  }

  close(): void {
    this.#deflate.destroy();
  }
}
