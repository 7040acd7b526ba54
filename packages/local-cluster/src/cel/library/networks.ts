// Kubernetes' IP and CIDR extensions.
import { BlockList, isIP } from "node:net";
import { CelEvaluationError } from "../errors.ts";
import { bool, fn, type FunctionTable, int, method, opaqueType, string, textCost } from "../functions.ts";
import { CelOpaque } from "../values.ts";

class CelAddress extends CelOpaque {
  readonly typeName = "net.IP";
  readonly text: string;
  readonly family: 4 | 6;

  constructor(text: string, family: 4 | 6) {
    super();
    this.text = text;
    this.family = family;
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelAddress && other.text === this.text;
  }
}

class CelNetwork extends CelOpaque {
  readonly typeName = "net.CIDR";
  readonly address: CelAddress;
  readonly prefix: number;

  constructor(address: CelAddress, prefix: number) {
    super();
    this.address = address;
    this.prefix = prefix;
  }

  contains(address: CelAddress): boolean {
    if (address.family !== this.address.family) return false;
    const family = this.address.family === 4 ? "ipv4" : "ipv6";
    const block = new BlockList();
    block.addSubnet(this.address.text, this.prefix, family);
    return block.check(address.text, family);
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelNetwork && other.prefix === this.prefix && other.address.equals(this.address);
  }
}

const address = opaqueType<CelAddress>("net.IP");
const network = opaqueType<CelNetwork>("net.CIDR");

/** Leading zeros, zones and IPv4-mapped IPv6 addresses are refused, as Kubernetes refuses them. */
function readAddress(text: string): CelAddress | undefined {
  const family = text.includes("%") ? 0 : isIP(text);
  if (family === 4) return new CelAddress(text, 4);
  if (family !== 6 || text.includes(".")) return undefined;
  return new CelAddress(new URL(`http://[${text}]`).hostname.slice(1, -1), 6);
}

function readNetwork(text: string): CelNetwork | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const found = match === null ? undefined : readAddress(match[1] ?? "");
  const prefix = Number(match?.[2]);
  return found === undefined || prefix > (found.family === 4 ? 32 : 128) ? undefined : new CelNetwork(found, prefix);
}

function parseAddress(text: string): CelAddress {
  const found = readAddress(text);
  if (found === undefined)
    throw new CelEvaluationError(`IP Address '${text}' parse error during conversion from string`);
  return found;
}

function parseNetwork(text: string): CelNetwork {
  const found = readNetwork(text);
  if (found === undefined)
    throw new CelEvaluationError(`network address parse error during conversion from string: ${text}`);
  return found;
}

/** The network with its host bits cleared. */
function masked(value: CelNetwork): CelNetwork {
  const bits = value.address.family === 4 ? 32n : 128n;
  const kept = bits - BigInt(value.prefix);
  const number = (toNumber(value.address) >> kept) << kept;
  return new CelNetwork(fromNumber(number, value.address.family), value.prefix);
}

function toNumber(value: CelAddress): bigint {
  if (value.family === 4) return value.text.split(".").reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
  const [head = "", tail] = value.text.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - groups.length - after.length }, () => "0");
  return [...groups, ...zeros, ...after].reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

function fromNumber(value: bigint, family: 4 | 6): CelAddress {
  if (family === 4)
    return new CelAddress([24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join("."), 4);
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return parseAddress(groups.join(":"));
}

const inNetwork = (text: string, value: CelAddress): boolean => parseNetwork(text).contains(value);

export const networks: FunctionTable = {
  ip: [fn([string], address, parseAddress, textCost), method([network], address, (value) => value.address)],
  isIP: [fn([string], bool, (text) => readAddress(text) !== undefined, textCost)],
  "ip.isCanonical": [fn([string], bool, (text) => parseAddress(text).text === text, textCost)],
  family: [method([address], int, (value) => BigInt(value.family))],
  isUnspecified: [method([address], bool, (value) => toNumber(value) === 0n)],
  isLoopback: [method([address], bool, (value) => inNetwork(value.family === 4 ? "127.0.0.0/8" : "::1/128", value))],
  isLinkLocalMulticast: [
    method([address], bool, (value) => inNetwork(value.family === 4 ? "224.0.0.0/24" : "ff02::/16", value)),
  ],
  isLinkLocalUnicast: [
    method([address], bool, (value) => inNetwork(value.family === 4 ? "169.254.0.0/16" : "fe80::/10", value)),
  ],
  isGlobalUnicast: [
    method([address], bool, (value) => {
      const others =
        value.family === 4
          ? ["0.0.0.0/32", "255.255.255.255/32", "127.0.0.0/8", "224.0.0.0/4", "169.254.0.0/16"]
          : ["::/128", "::1/128", "ff00::/8", "fe80::/10"];
      return !others.some((text) => inNetwork(text, value));
    }),
  ],
  cidr: [fn([string], network, parseNetwork, textCost)],
  isCIDR: [fn([string], bool, (text) => readNetwork(text) !== undefined, textCost)],
  containsIP: [
    method([network, address], bool, (value, other) => value.contains(other)),
    method(
      [network, string],
      bool,
      (value, other) => value.contains(parseAddress(other)),
      (_value, other) => textCost(other),
    ),
  ],
  containsCIDR: [
    method([network, network], bool, containsNetwork),
    method(
      [network, string],
      bool,
      (value, other) => containsNetwork(value, parseNetwork(other)),
      (_value, other) => textCost(other),
    ),
  ],
  masked: [method([network], network, masked)],
  prefixLength: [method([network], int, (value) => BigInt(value.prefix))],
};

function containsNetwork(value: CelNetwork, other: CelNetwork): boolean {
  return other.prefix >= value.prefix && value.contains(other.address);
}

/** string(ip) and string(cidr), kept apart because `string` is otherwise a standard function. */
export const networkTexts: FunctionTable = {
  string: [
    fn([address], string, (value) => value.text),
    fn([network], string, (value) => `${value.address.text}/${value.prefix}`),
  ],
};
