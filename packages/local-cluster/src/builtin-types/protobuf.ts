// Protobuf bodies, as kubectl sends them for built-in types: decoded into the JSON that they stand for.
//
// The envelope is four magic bytes and a runtime.Unknown {typeMeta{apiVersion, kind}, raw}; `raw` is the object itself.
import { defineField, parseJson, type Json, type JsonObject } from "../json.ts";
import { builtInType, typeNameOf, type BuiltInType, type FieldType, type Scalar } from "./type-table.ts";

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const MAX_DEPTH = 64;

export class ProtobufError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ProtobufError";
  }
}

export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, 4).equals(MAGIC))
    throw new ProtobufError("the body does not begin with Kubernetes' magic bytes");
  let apiVersion = "";
  let kind = "";
  let raw: Buffer = Buffer.alloc(0);
  for (const part of wireParts(bytes.subarray(4))) {
    if (part.number === 1)
      for (const each of wireParts(part.bytes)) {
        if (each.number === 1) apiVersion = each.bytes.toString("utf8");
        else if (each.number === 2) kind = each.bytes.toString("utf8");
      }
    else if (part.number === 2) raw = part.bytes;
  }
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  // Options come under the version of the resource that they are for.
  const name =
    kind === "DeleteOptions" ? "meta.v1.DeleteOptions" : typeNameOf(group, apiVersion.slice(slash + 1), kind);
  const type = builtInType(name);
  if (type === undefined)
    throw new ProtobufError(`no kind ${JSON.stringify(kind)} of ${apiVersion} can be read as protobuf`);
  return { kind, apiVersion, ...decodeMessage(raw, type, 0) };
}

interface WirePart {
  readonly number: number;
  readonly wire: number;
  readonly varint: bigint;
  readonly bytes: Buffer;
}

const NOTHING = Buffer.alloc(0);

function* wireParts(bytes: Buffer): Generator<WirePart> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new ProtobufError("a protobuf value ends too early");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError("a protobuf number is too long");
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new ProtobufError("a protobuf value ends too early");
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) yield { number, wire, varint: varint(), bytes: NOTHING };
    else if (wire === 1) yield { number, wire, varint: 0n, bytes: take(8) };
    else if (wire === 2) yield { number, wire, varint: 0n, bytes: take(Number(varint())) };
    else if (wire === 5) yield { number, wire, varint: 0n, bytes: take(4) };
    else throw new ProtobufError(`protobuf wire type ${wire} is not supported`);
  }
}

function decodeMessage(bytes: Buffer, type: BuiltInType, depth: number): JsonObject {
  if (depth > MAX_DEPTH) throw new ProtobufError("the protobuf message is nested too deeply");
  const object: JsonObject = {};
  for (const part of wireParts(bytes)) {
    const field = type.wire.get(part.number);
    if (field === undefined) continue;
    if (field.embedded) Object.assign(object, decodeElement(part, field, depth));
    else if (field.shape === "list") appendTo(object, field.name, decodeElement(part, field, depth));
    else if (field.shape === "map") addEntry(object, part.bytes, field, depth);
    else {
      const value = decodeElement(part, field, depth);
      // Encoders write what is unset as a zero; in JSON it is absent.
      if (value === null || (value === "" && !field.required)) continue;
      if (isZero(value) && !field.required && ZERO_IS_ABSENT.has(field.name)) continue;
      object[field.name] = value;
    }
  }
  return object;
}

/** Plain (not optional) numbers and booleans of ObjectMeta and the like, which encoders write even when unset. */
const ZERO_IS_ABSENT = new Set([
  "generation",
  "observedGeneration",
  "hostNetwork",
  "hostPID",
  "hostIPC",
  "stdin",
  "stdinOnce",
  "tty",
]);

function isZero(value: Json): boolean {
  return value === 0 || value === false;
}

function appendTo(object: JsonObject, name: string, item: Json): void {
  const list = object[name];
  if (Array.isArray(list)) list.push(item);
  else object[name] = [item];
}

function addEntry(object: JsonObject, bytes: Buffer, field: FieldType, depth: number): void {
  let key = "";
  let value: Json = field.element.kind === "type" ? {} : zeroOf(field.element.scalar);
  for (const part of wireParts(bytes)) {
    if (part.number === 1) key = part.bytes.toString("utf8");
    else if (part.number === 2) value = decodeElement(part, field, depth);
  }
  const existing = object[field.name];
  const map: JsonObject = typeof existing === "object" && existing !== null && !Array.isArray(existing) ? existing : {};
  object[field.name] = map;
  defineField(map, key, value);
}

function zeroOf(scalar: Scalar): Json {
  if (scalar === "string-list") return [];
  return scalar === "string" || scalar === "bytes" ? "" : null;
}

function decodeElement(part: WirePart, { element }: FieldType, depth: number): Json {
  if (element.kind === "scalar") return decodeScalar(part, element.scalar);
  const type = builtInType(element.type);
  if (type === undefined) throw new ProtobufError(`type ${element.type} is not known`);
  return decodeMessage(part.bytes, type, depth + 1);
}

function decodeScalar(part: WirePart, scalar: Scalar): Json {
  switch (scalar) {
    case "string":
      return part.bytes.toString("utf8");
    case "bytes":
      return part.bytes.toString("base64");
    case "bool":
      return part.varint !== 0n;
    case "int32":
    case "int64":
      return Number(BigInt.asIntN(64, part.varint));
    case "double":
      return part.wire === 1 ? part.bytes.readDoubleLE(0) : null;
    case "quantity":
      return firstText(part.bytes);
    case "time":
    case "microtime":
      return decodeTime(part.bytes, scalar === "microtime");
    case "duration": {
      const [nanoseconds] = wireParts(part.bytes);
      return nanoseconds === undefined ? "0s" : `${Number(BigInt.asIntN(64, nanoseconds.varint)) / 1e9}s`;
    }
    case "int-or-string":
      return decodeIntOrString(part.bytes);
    case "string-list":
      return [...wireParts(part.bytes)].filter((each) => each.number === 1).map((each) => each.bytes.toString("utf8"));
    case "raw": {
      const text = firstText(part.bytes);
      return text === "" ? null : parseRaw(text);
    }
  }
}

function parseRaw(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    throw new ProtobufError("an embedded object is not valid JSON");
  }
}

function firstText(bytes: Buffer): string {
  for (const part of wireParts(bytes)) if (part.number === 1) return part.bytes.toString("utf8");
  return "";
}

function decodeTime(bytes: Buffer, micro: boolean): Json {
  let seconds = 0n;
  let nanoseconds = 0n;
  for (const part of wireParts(bytes)) {
    if (part.number === 1) seconds = BigInt.asIntN(64, part.varint);
    else if (part.number === 2) nanoseconds = part.varint;
  }
  if (bytes.length === 0) return null;
  const whole = new Date(Number(seconds) * 1000);
  if (Number.isNaN(whole.getTime())) throw new ProtobufError("a time is out of range");
  const text = whole.toISOString().slice(0, 19);
  return micro ? `${text}.${String(nanoseconds / 1000n).padStart(6, "0")}Z` : `${text}Z`;
}

function decodeIntOrString(bytes: Buffer): Json {
  let isString = false;
  let number = 0;
  let text = "";
  for (const part of wireParts(bytes)) {
    if (part.number === 1) isString = part.varint === 1n;
    else if (part.number === 2) number = Number(BigInt.asIntN(64, part.varint));
    else if (part.number === 3) text = part.bytes.toString("utf8");
  }
  return isString ? text : number;
}
