/**
 * One loopback address per pod. Linux answers on all of 127.0.0.0/8, so each pod gets an address of its own in it and can
 * listen on any port, as it could on a real cluster. 127.0.0.0/24 stays the host's.
 */
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { KubeletError } from "./errors.ts";

const FIRST = 256;
const COUNT = 2 ** 24 - FIRST - 1;

export class AddressAllocator {
  readonly #holders = new Map<string, string>();
  readonly #canBind: (address: string) => Promise<boolean>;
  #next: number;

  /**
   * @param seed two clusters on one machine start at places of their own in the range (the data directory is a good seed)
   */
  constructor(seed: string, canBind: (address: string) => Promise<boolean> = canBindAddress) {
    this.#next = createHash("sha256").update(seed).digest().readUInt32BE(0) % COUNT;
    this.#canBind = canBind;
  }

  /** Marks an address as a pod's, found in a pod's status at start. */
  reserve(address: string, podUid: string): void {
    this.#holders.set(address, podUid);
  }

  /** A free address that a process of this machine can listen on; held until `release`. */
  async allocate(podUid: string): Promise<string> {
    for (let attempt = 0; attempt < 64; attempt += 1) {
      const address = this.#take(podUid);
      if (await this.#canBind(address)) return address;
      this.release(podUid);
    }
    throw new KubeletError(
      "ADDRESS_UNAVAILABLE",
      "no address of 127.0.0.0/8 can be bound: pods need one loopback address each; on macOS add them with `ifconfig lo0 alias`",
    );
  }

  /** Frees every address of a pod: only when its object is gone. */
  release(podUid: string): void {
    for (const [address, holder] of this.#holders) if (holder === podUid) this.#holders.delete(address);
  }

  #take(podUid: string): string {
    for (let tried = 0; tried < COUNT; tried += 1) {
      const number = FIRST + this.#next;
      this.#next = (this.#next + 1) % COUNT;
      const address = `127.${number >>> 16}.${(number >>> 8) & 255}.${number & 255}`;
      // .0 and .255 are legal here, and yet some clients refuse them as network or broadcast addresses.
      if ((number & 255) === 0 || (number & 255) === 255 || this.#holders.has(address)) continue;
      this.#holders.set(address, podUid);
      return address;
    }
    throw new KubeletError("ADDRESS_UNAVAILABLE", "every address of 127.0.0.0/8 is held by a pod");
  }
}

function canBindAddress(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: address, port: 0, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
