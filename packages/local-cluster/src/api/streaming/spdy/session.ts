// The server's half of SPDY/3.1, as far as Kubernetes uses it: streams that the client opens, without flow control.
import { Duplex } from "node:stream";
import { HeaderReader, HeaderWriter } from "./header-block.ts";

const VERSION = 3;
const CONTROL = 0x80;
const FIN = 0x01;
const HEAD_BYTES = 8;
const MOST_FRAME_BYTES = 1024 * 1024;
const DATA_BYTES = 32 * 1024;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const HEADERS = 8;
const CANCEL = 5;

export interface SpdyConnection {
  /** Resolves when the bytes are on their way and more may come. */
  send(bytes: Uint8Array): Promise<void>;
}

export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #session: SpdySession;
  #wanted: (() => void) | undefined;

  constructor(id: number, headers: ReadonlyMap<string, string>, session: SpdySession) {
    super({ allowHalfOpen: true });
    this.id = id;
    this.headers = headers;
    this.#session = session;
  }

  override _read(): void {
    this.#wanted?.();
    this.#wanted = undefined;
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    void this.#send(chunk, false, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    void this.#send(Buffer.alloc(0), true, done);
  }

  async #send(chunk: Buffer, last: boolean, done: (error?: Error | null) => void): Promise<void> {
    let problem: unknown;
    try {
      await this.#session.data(this.id, chunk, last);
    } catch (error) {
      problem = error;
    }
    done(problem instanceof Error ? problem : null);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#wanted?.();
    this.#session.forget(this.id);
    done(error);
  }

  /** Breaks the stream off in both directions. */
  async reset(): Promise<void> {
    await this.#session.reset(this.id);
    this.destroy();
  }

  /** What the client has sent; resolves when there is room for more. */
  async deliver(chunk: Buffer): Promise<void> {
    if (chunk.length === 0 || this.destroyed || this.readableEnded || this.push(chunk)) return;
    await new Promise<void>((resolve) => {
      this.#wanted = resolve;
    });
  }

  deliverEnd(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null);
  }
}

export class SpdySession {
  readonly #connection: SpdyConnection;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  #rest: Buffer = Buffer.alloc(0);

  constructor(connection: SpdyConnection, onStream: (stream: SpdyStream) => void) {
    this.#connection = connection;
    this.#onStream = onStream;
  }

  /** Bytes of the connection, in order: the next may be given only when this has resolved. Rejects what is not SPDY. */
  async receive(bytes: Uint8Array): Promise<void> {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= HEAD_BYTES) {
      const length = this.#rest.readUIntBE(5, 3);
      if (length > MOST_FRAME_BYTES) throw new RangeError(`a frame of SPDY of ${length} bytes is too large`);
      if (this.#rest.length < HEAD_BYTES + length) return;
      const head = this.#rest.subarray(0, HEAD_BYTES);
      const payload = this.#rest.subarray(HEAD_BYTES, HEAD_BYTES + length);
      this.#rest = this.#rest.subarray(HEAD_BYTES + length);
      const [first = 0, , , , flags = 0] = head;
      if ((first & CONTROL) === 0) await this.#dataCame(head.readUInt32BE(0), payload, flags);
      else await this.#controlCame(head.readUInt16BE(2), payload, flags);
    }
  }

  async #dataCame(id: number, payload: Buffer, flags: number): Promise<void> {
    const stream = this.#streams.get(id);
    await stream?.deliver(Buffer.from(payload));
    if ((flags & FIN) !== 0) stream?.deliverEnd();
  }

  async #controlCame(type: number, payload: Buffer, flags: number): Promise<void> {
    switch (type) {
      case SYN_STREAM: {
        const id = payload.readUInt32BE(0);
        const stream = new SpdyStream(id, await this.#reader.read(payload.subarray(10)), this);
        this.#streams.set(id, stream);
        await this.#control(SYN_REPLY, Buffer.concat([uint32(id), await this.#writer.empty()]));
        if ((flags & FIN) !== 0) stream.deliverEnd();
        this.#onStream(stream);
        return;
      }
      case RST_STREAM:
        this.#streams.get(payload.readUInt32BE(0))?.destroy();
        return;
      case PING:
        await this.#control(PING, payload);
        return;
      case HEADERS:
        // Of no use here, but later blocks cannot be read without it.
        await this.#reader.read(payload.subarray(4));
        return;
      default:
        // Settings, windows, farewells: nothing depends on them.
        return;
    }
  }

  async data(id: number, chunk: Buffer, last: boolean): Promise<void> {
    for (let at = 0; at === 0 || at < chunk.length; at += DATA_BYTES) {
      const part = chunk.subarray(at, at + DATA_BYTES);
      const flags = last && at + DATA_BYTES >= chunk.length ? FIN : 0;
      await this.#connection.send(Buffer.concat([uint32(id), uint32((flags << 24) | part.length), part]));
    }
  }

  async reset(id: number): Promise<void> {
    await this.#control(RST_STREAM, Buffer.concat([uint32(id), uint32(CANCEL)]));
  }

  async #control(type: number, payload: Buffer): Promise<void> {
    const head = Buffer.from([CONTROL, VERSION, 0, type]);
    await this.#connection.send(Buffer.concat([head, uint32(payload.length), payload]));
  }

  forget(id: number): void {
    this.#streams.delete(id);
  }

  /** The connection is gone, and with it every stream. */
  close(): void {
    for (const stream of this.#streams.values()) stream.destroy();
    this.#reader.close();
    this.#writer.close();
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
