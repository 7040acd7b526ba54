// Makes src/builtin-types/built-in-types.gen.json: the fields of Kubernetes' built-in types, with their protobuf numbers (from the
// descriptors inside a kubectl of 1.32 or older) and their required fields and list semantics (from an OpenAPI v2
// document of a real API server).
//
//   node packages/local-cluster/generate/types.ts KUBECTL OPENAPI_V2_JSON
import { readFileSync, writeFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

type Field = { number: number; type: string; repeated: boolean };
type Message = { fields: Map<string, Field>; mapEntry: boolean };
type Definition = {
  properties?: Record<string, Record<string, unknown>>;
  required?: string[];
};

/** The kinds that are served, and what they take in subresources: everything that they reach is taken too. */
const ROOTS = [
  ["core.v1", ["Binding", "ConfigMap", "Endpoints", "Event", "LimitRange", "Namespace", "Node", "PersistentVolume"]],
  ["core.v1", ["PersistentVolumeClaim", "Pod", "ResourceQuota", "Secret", "Service", "ServiceAccount"]],
  ["batch.v1", ["Job"]],
  ["rbac.v1", ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]],
  ["authentication.v1", ["SelfSubjectReview", "TokenRequest", "TokenReview"]],
  [
    "authorization.v1",
    ["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
  ],
  ["coordination.v1", ["Lease"]],
  ["storage.v1", ["StorageClass"]],
  ["networking.v1", ["NetworkPolicy"]],
  ["discovery.v1", ["EndpointSlice"]],
  ["scheduling.v1", ["PriorityClass"]],
  ["policy.v1", ["Eviction"]],
  ["admissionregistration.v1", ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"]],
  ["meta.v1", ["DeleteOptions", "Status"]],
] as const;

/** Messages whose JSON is not an object of their fields. */
const SCALARS: Readonly<Record<string, string>> = {
  "meta.v1.Time": "time",
  "meta.v1.MicroTime": "microtime",
  "meta.v1.Duration": "duration",
  "meta.v1.FieldsV1": "raw",
  "resource.Quantity": "quantity",
  "intstr.IntOrString": "int-or-string",
  "runtime.RawExtension": "raw",
  "authentication.v1.ExtraValue": "string-list",
  "authorization.v1.ExtraValue": "string-list",
};

/** Embedded structs of types that the OpenAPI document is too old for. */
const EMBEDDED = new Set(["admissionregistration.v1.NamedRuleWithOperations.ruleWithOperations"]);

/** Fields whose name in JSON is not the one in the descriptor. */
const JSON_NAMES: Readonly<Record<string, string>> = {
  "admissionregistration.v1.Validation.Expression": "expression",
  "admissionregistration.v1.Variable.Name": "name",
  "admissionregistration.v1.Variable.Expression": "expression",
  "authentication.v1.BoundObjectReference.uID": "uid",
};

const WIRE: Readonly<Record<number, string>> = {
  1: "double",
  3: "int64",
  4: "int64",
  5: "int32",
  8: "bool",
  9: "string",
  12: "bytes",
  13: "int32",
};

function* wireFields(bytes: Buffer): Generator<{ number: number; varint: number; bytes: Buffer }> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) yield { number: tag >>> 3, varint: varint(), bytes: Buffer.alloc(0) };
    else if ((tag & 7) === 2) {
      const length = varint();
      yield { number: tag >>> 3, varint: 0, bytes: bytes.subarray(at, at + length) };
      at += length;
    } else throw new Error(`unexpected wire type ${tag & 7} in a descriptor`);
  }
}

/** `.k8s.io.api.core.v1.Pod` → `core.v1.Pod` */
function shortName(name: string): string {
  return name
    .replace(/^\./, "")
    .replace("k8s.io.apimachinery.pkg.apis.meta", "meta")
    .replace("k8s.io.apimachinery.pkg.api.", "")
    .replace("k8s.io.apimachinery.pkg.util.", "")
    .replace("k8s.io.apimachinery.pkg.", "")
    .replace("k8s.io.api.", "");
}

const messages = new Map<string, Message>();

function readMessage(bytes: Buffer, scope: string): void {
  const fields = new Map<string, Field>();
  const nested: Buffer[] = [];
  let name = "";
  let mapEntry = false;
  for (const part of wireFields(bytes)) {
    if (part.number === 1) name = part.bytes.toString();
    else if (part.number === 3) nested.push(part.bytes);
    else if (part.number === 7)
      for (const option of wireFields(part.bytes)) mapEntry ||= option.number === 7 && option.varint === 1;
    else if (part.number === 2) {
      let fieldName = "";
      let typeName = "";
      const field = { number: 0, type: "", repeated: false };
      for (const each of wireFields(part.bytes)) {
        if (each.number === 1) fieldName = each.bytes.toString();
        else if (each.number === 3) field.number = each.varint;
        else if (each.number === 4) field.repeated = each.varint === 3;
        else if (each.number === 5) field.type = WIRE[each.varint] ?? "";
        else if (each.number === 6) typeName = shortName(each.bytes.toString());
      }
      if (typeName !== "") field.type = typeName;
      fields.set(fieldName, field);
    }
  }
  const fullName = `${scope}.${name}`;
  messages.set(fullName, { fields, mapEntry });
  for (const each of nested) readMessage(each, fullName);
}

function readDescriptors(binary: Buffer): void {
  const magic = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
  for (let at = binary.indexOf(magic); at >= 0; at = binary.indexOf(magic, at + 4)) {
    let file: Buffer;
    try {
      file = inflateRawSync(binary.subarray(at + 10, at + 1_000_000));
    } catch {
      continue;
    }
    if (!file.subarray(0, 200).includes("generated.proto")) continue;
    let scope = "";
    const found: Buffer[] = [];
    for (const part of wireFields(file)) {
      if (part.number === 2) scope = shortName(part.bytes.toString());
      else if (part.number === 4) found.push(part.bytes);
    }
    for (const each of found) readMessage(each, scope);
  }
}

function openApiName(name: string): string {
  const [group = "", version = "", kind = ""] = name.split(".");
  return group === "meta"
    ? `io.k8s.apimachinery.pkg.apis.meta.${version}.${kind}`
    : `io.k8s.api.${group}.${version}.${kind}`;
}

function generate(definitions: Record<string, Definition>): Record<string, unknown> {
  const types: Record<string, unknown> = {};
  const queue: string[] = ROOTS.flatMap(([scope, kinds]) => kinds.map((kind) => `${scope}.${kind}`));
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (types[name] !== undefined) continue;
    const message = messages.get(name);
    if (message === undefined) throw new Error(`no descriptor of ${name}`);
    const definition = definitions[openApiName(name)];
    const fields: Record<string, unknown> = {};
    for (const [protobufName, { number, type, repeated }] of message.fields) {
      const field = JSON_NAMES[`${name}.${protobufName}`] ?? protobufName;
      const entry = messages.get(type);
      let written: string;
      if (entry?.mapEntry === true) {
        const value = entry.fields.get("value")?.type ?? "";
        written = `{}${typeText(value, queue)}`;
      } else written = `${repeated ? "[]" : ""}${typeText(type, queue)}`;
      const property = definition?.properties?.[field];
      const embedded =
        EMBEDDED.has(`${name}.${field}`) ||
        (definition !== undefined &&
          property === undefined &&
          !repeated &&
          entry !== undefined &&
          [...entry.fields.keys()].some(
            (inner) => definition.properties?.[inner] !== undefined && !message.fields.has(inner),
          ));
      const more: Record<string, unknown> = {};
      if (embedded) more["embedded"] = true;
      if (definition?.required?.includes(field) === true) more["required"] = true;
      const strategy = property?.["x-kubernetes-patch-strategy"];
      if (typeof strategy === "string") more["patch"] = strategy;
      if (property?.["x-kubernetes-patch-merge-key"] !== undefined)
        more["mergeKey"] = property["x-kubernetes-patch-merge-key"];
      if (property?.["x-kubernetes-list-type"] !== undefined) more["list"] = property["x-kubernetes-list-type"];
      if (property?.["x-kubernetes-list-map-keys"] !== undefined) more["keys"] = property["x-kubernetes-list-map-keys"];
      if (property?.["x-kubernetes-map-type"] !== undefined) more["map"] = property["x-kubernetes-map-type"];
      fields[field] = Object.keys(more).length === 0 ? [number, written] : [number, written, more];
    }
    types[name] = fields;
  }
  return Object.fromEntries(Object.entries(types).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function typeText(type: string, queue: string[]): string {
  const scalar = SCALARS[type];
  if (scalar !== undefined) return scalar;
  if (!messages.has(type)) return type;
  queue.push(type);
  return `@${type}`;
}

const [kubectl = "", openApi = ""] = process.argv.slice(2);
readDescriptors(readFileSync(kubectl));
const { definitions } = JSON.parse(readFileSync(openApi, "utf8")) as { definitions: Record<string, Definition> };
const types = generate(definitions);
const lines = Object.entries(types).map(([name, fields]) => `${JSON.stringify(name)}:${JSON.stringify(fields)}`);
writeFileSync(new URL("../src/builtin-types/built-in-types.gen.json", import.meta.url), `{\n${lines.join(",\n")}\n}\n`);
console.log(`${lines.length} types`);
