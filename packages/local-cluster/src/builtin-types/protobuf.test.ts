// Protobuf bodies: what they decode to, and that nothing in one can do more than be refused.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeProtobuf, ProtobufError } from "./protobuf.ts";

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? (rest % 128) | 0x80 : rest);
    if (rest < 128) return Buffer.from(bytes);
  }
}
const field = (number: number, content: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
};
const number = (at: number, value: number): Buffer => Buffer.concat([varint(at * 8), varint(value)]);
const envelope = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
  Buffer.concat([MAGIC, field(1, Buffer.concat([field(1, apiVersion), field(2, kind)])), field(2, raw)]);

describe("a protobuf body", () => {
  it("becomes the JSON that it stands for: maps, bytes, times, lists", () => {
    const metadata = Buffer.concat([
      field(1, "name"),
      field(3, "team"),
      field(8, number(1, 1_700_000_000)),
      field(11, Buffer.concat([field(1, "key"), field(2, "välue")])),
      field(14, "example.com/a"),
      field(14, "example.com/b"),
    ]);
    const data = Buffer.concat([field(1, "password"), field(2, Buffer.from([0, 255]))]);
    expect(
      decodeProtobuf(envelope("v1", "Secret", Buffer.concat([field(1, metadata), field(2, data), field(3, "Opaque")]))),
    ).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "name",
        namespace: "team",
        creationTimestamp: "2023-11-14T22:13:20Z",
        labels: { key: "välue" },
        finalizers: ["example.com/a", "example.com/b"],
      },
      data: { password: "AP8=" },
      type: "Opaque",
    });
  });

  it("has the fields of embedded types in place, and quantities and int-or-strings as JSON has them", () => {
    const probe = Buffer.concat([
      field(
        1,
        field(2, Buffer.concat([field(1, "/health"), field(2, Buffer.concat([number(1, 0), number(2, 8001)]))])),
      ),
      number(4, 5),
    ]);
    const resources = field(2, Buffer.concat([field(1, "cpu"), field(2, field(1, "100m"))]));
    const container = Buffer.concat([field(1, "main"), field(8, resources), field(11, probe)]);
    const body = decodeProtobuf(envelope("v1", "Pod", field(2, field(2, container))));
    expect(body).toMatchObject({
      spec: {
        containers: [
          {
            name: "main",
            resources: { requests: { cpu: "100m" } },
            readinessProbe: { httpGet: { path: "/health", port: 8001 }, periodSeconds: 5 },
          },
        ],
      },
    });
  });

  it.each([
    ["without the magic bytes", Buffer.from("{}")],
    ["of a kind that is not known", envelope("v1", "Nonsense", Buffer.alloc(0))],
    ["that ends too early", envelope("v1", "Pod", Buffer.from([0x0a, 0x7f, 0x01]))],
  ])("%s is refused", (_what, bytes) => {
    expect(() => decodeProtobuf(bytes)).toThrow(ProtobufError);
  });

  it("of any bytes at all is decoded or refused, and nothing else", () => {
    const decodes = fc.property(
      fc.constantFrom("Pod", "Secret", "Event"),
      fc.uint8Array({ maxLength: 200 }),
      (kind, bytes) => {
        try {
          decodeProtobuf(envelope("v1", kind, Buffer.from(bytes)));
        } catch (error) {
          return error instanceof ProtobufError;
        }
        return true;
      },
    );
    expect(fc.check(decodes, { numRuns: 2000 }).failed).toBe(false);
  });
});
