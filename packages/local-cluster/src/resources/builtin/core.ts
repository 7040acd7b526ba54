// The core group, but for pods.
import { duplicate, forbiddenField, invalidValue, required, type FieldError } from "../../api/errors.ts";
import {
  arrayAt,
  ensureObject,
  equalJson,
  isJsonObject,
  numberAt,
  objectsAt,
  stringAt,
  stringMapAt,
  stringsAt,
  valueAt,
  type JsonObject,
} from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import { ageSince, column, countColumn, pathColumn, WIDE } from "../columns.ts";
import { defineBuiltIn } from "../define.ts";

const DATA_KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const MAX_DATA = 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const orNone = (text: string): string => (text === "" ? "<none>" : text);

export const namespaces = defineBuiltIn({
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  namespaced: false,
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  status: true,
  subresources: { finalize: { verbs: ["update"] } },
  columns: [pathColumn("Status", ["status", "phase"])],
  strategy: {
    nameRule: "label",
    selectableFields: ["status.phase"],
    fields: (object) => ({ "status.phase": stringAt(object, "status", "phase") }),
    prepareCreate: (object) => {
      const labels = (object.metadata.labels ??= {});
      labels["kubernetes.io/metadata.name"] = object.metadata.name ?? "";
      object["spec"] = { finalizers: ["kubernetes"] };
      object["status"] = { phase: "Active" };
    },
    prepareUpdate: (object, previous) => {
      object["spec"] = previous["spec"];
      const labels = (object.metadata.labels ??= {});
      labels["kubernetes.io/metadata.name"] = object.metadata.name ?? "";
    },
  },
});

function validateData(object: KubernetesObject, fields: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  let size = 0;
  for (const field of fields)
    for (const [key, value] of Object.entries(stringMapAt(object, field))) {
      if (!DATA_KEY.test(key))
        errors.push(
          invalidValue(
            `${field}[${key}]`,
            key,
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
          ),
        );
      if (seen.has(key)) errors.push(duplicate(`${field}[${key}]`, key));
      seen.add(key);
      size += field === "data" && fields.length === 1 ? Math.floor((value.length * 3) / 4) : Buffer.byteLength(value);
    }
  if (size > MAX_DATA)
    errors.push({
      type: "FieldValueTooLong",
      field: fields.length === 1 ? "data" : "",
      message: `Too long: may not be more than ${MAX_DATA} bytes`,
    });
  return errors;
}

function immutableData(object: KubernetesObject, previous: KubernetesObject, fields: readonly string[]): FieldError[] {
  if (previous["immutable"] !== true) return [];
  return ["immutable", ...fields]
    .filter((field) => !equalJson(object[field], previous[field]))
    .map((field) => forbiddenField(field, "field is immutable when `immutable` is set"));
}

const CONFIG_FIELDS = ["data", "binaryData"];

export const configMaps = defineBuiltIn({
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  columns: [
    column("Data", (object) =>
      String(CONFIG_FIELDS.reduce((sum, field) => sum + Object.keys(stringMapAt(object, field)).length, 0)),
    ),
  ],
  strategy: {
    validateCreate: (object) => validateData(object, CONFIG_FIELDS),
    validateUpdate: (object, previous) => [
      ...validateData(object, CONFIG_FIELDS),
      ...immutableData(object, previous, CONFIG_FIELDS),
    ],
  },
});

/** `stringData` is for writing only: it lands in `data`, encoded. */
function mergeStringData(object: KubernetesObject): void {
  const plain = stringMapAt(object, "stringData");
  delete object["stringData"];
  if (Object.keys(plain).length === 0) return;
  const data = ensureObject(object, "data");
  for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(value, "utf8").toString("base64");
}

function validateSecret(object: KubernetesObject): FieldError[] {
  const errors = validateData(object, ["data"]);
  for (const [key, value] of Object.entries(stringMapAt(object, "data")))
    if (!BASE64.test(value)) errors.push(invalidValue(`data[${key}]`, "<hidden>", "must be standard base64"));
  const needed: Readonly<Record<string, readonly string[]>> = {
    "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
    "kubernetes.io/tls": ["tls.crt", "tls.key"],
    "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  };
  const type = stringAt(object, "type");
  for (const key of Object.hasOwn(needed, type) ? (needed[type] ?? []) : [])
    if (stringAt(object, "data", key) === "") errors.push(required(`data[${key}]`, ""));
  return errors;
}

export const secrets = defineBuiltIn({
  kind: "Secret",
  plural: "secrets",
  columns: [pathColumn("Type", ["type"]), countColumn("Data", "data")],
  strategy: {
    selectableFields: ["type"],
    fields: (object) => ({ type: stringAt(object, "type") }),
    prepareCreate: (object) => {
      mergeStringData(object);
      object["type"] ??= "Opaque";
    },
    prepareUpdate: (object, previous) => {
      mergeStringData(object);
      object["type"] ??= previous["type"];
    },
    validateCreate: validateSecret,
    validateUpdate: (object, previous) => {
      const errors = [...validateSecret(object), ...immutableData(object, previous, ["data"])];
      if (object["type"] !== previous["type"])
        errors.push(invalidValue("type", object["type"] ?? "", "field is immutable"));
      return errors;
    },
  },
});

export const serviceAccounts = defineBuiltIn({
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  shortNames: ["sa"],
  subresources: {
    token: { verbs: ["create"], kind: "TokenRequest", group: "authentication.k8s.io", version: "v1" },
  },
  columns: [column("Secrets", (object) => String(arrayAt(object, "secrets").length))],
});

export const events = defineBuiltIn({
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  columns: [],
  wide: [],
  strategy: {
    selectableFields: [
      "involvedObject.kind",
      "involvedObject.namespace",
      "involvedObject.name",
      "involvedObject.uid",
      "involvedObject.apiVersion",
      "involvedObject.resourceVersion",
      "involvedObject.fieldPath",
      "reason",
      "reportingComponent",
      "source",
      "type",
    ],
    fields: (object) => {
      const fields: Record<string, string> = {
        reason: stringAt(object, "reason"),
        type: stringAt(object, "type"),
        reportingComponent: stringAt(object, "reportingComponent"),
        source: stringAt(object, "source", "component") || stringAt(object, "reportingComponent"),
      };
      for (const field of ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"])
        fields[`involvedObject.${field}`] = stringAt(object, "involvedObject", field);
      return fields;
    },
    prepareCreate: (object) => {
      object["type"] ??= "Normal";
    },
    validateCreate: (object) => {
      const about = stringAt(object, "involvedObject", "namespace");
      if (about === "" ? object.metadata.namespace === "default" : about === object.metadata.namespace) return [];
      return [invalidValue("involvedObject.namespace", about, "does not match event.namespace")];
    },
  },
});

export const eventColumns = [
  column("Last Seen", (object, now) =>
    ageSince(
      object["lastTimestamp"] ??
        valueAt(object, "series", "lastObservedTime") ??
        object["eventTime"] ??
        object.metadata.creationTimestamp,
      now,
    ),
  ),
  pathColumn("Type", ["type"]),
  pathColumn("Reason", ["reason"]),
  column(
    "Object",
    (object) =>
      `${stringAt(object, "involvedObject", "kind").toLowerCase()}/${stringAt(object, "involvedObject", "name")}`,
  ),
  pathColumn("Subobject", ["involvedObject", "fieldPath"], WIDE),
  column("Source", (object) => stringAt(object, "source", "component") || stringAt(object, "reportingComponent"), WIDE),
  column("Message", (object) => stringAt(object, "message").trim()),
  column(
    "First Seen",
    (object, now) => ageSince(object["firstTimestamp"] ?? object.metadata.creationTimestamp, now),
    WIDE,
  ),
  column("Count", (object) => String(numberAt(object, "count") ?? 1), WIDE),
];

function specOf(object: KubernetesObject): JsonObject {
  return ensureObject(object, "spec");
}

const quantities = (value: unknown): string =>
  isJsonObject(value) && typeof value["storage"] === "string" ? value["storage"] : "";

const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};
const accessModes = (modes: readonly string[]): string => modes.map((mode) => ACCESS_MODES[mode] ?? mode).join(",");

export const persistentVolumeClaims = defineBuiltIn({
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  shortNames: ["pvc"],
  status: true,
  columns: [
    column("Status", (object) =>
      object.metadata.deletionTimestamp === undefined ? stringAt(object, "status", "phase") : "Terminating",
    ),
    pathColumn("Volume", ["spec", "volumeName"]),
    column("Capacity", (object) => quantities(valueAt(object, "status", "capacity"))),
    column("Access Modes", (object) => accessModes(stringsAt(object, "status", "accessModes"))),
    pathColumn("StorageClass", ["spec", "storageClassName"]),
  ],
  strategy: {
    prepareCreate: (object) => {
      const spec = specOf(object);
      spec["volumeMode"] ??= "Filesystem";
      object["status"] = { phase: "Pending" };
      const finalizers = (object.metadata.finalizers ??= []);
      if (!finalizers.includes("kubernetes.io/pvc-protection")) finalizers.push("kubernetes.io/pvc-protection");
    },
    validateCreate: (object) => {
      const errors: FieldError[] = [];
      if (arrayAt(object, "spec", "accessModes").length === 0)
        errors.push(required("spec.accessModes", "at least 1 access mode is required"));
      if (valueAt(object, "spec", "resources", "requests", "storage") === undefined)
        errors.push(required("spec.resources[storage]", ""));
      return errors;
    },
    validateUpdate: (object, previous) => {
      const fixed = (claim: KubernetesObject): JsonObject => ({
        ...specOf(claim),
        resources: undefined,
        volumeName: undefined,
        volumeAttributesClassName: undefined,
      });
      const named = stringAt(previous, "spec", "volumeName");
      const same =
        equalJson(fixed(object), fixed(previous)) && (named === "" || named === stringAt(object, "spec", "volumeName"));
      return same
        ? []
        : [
            forbiddenField(
              "spec",
              "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
            ),
          ];
    },
  },
});

export const persistentVolumes = defineBuiltIn({
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  shortNames: ["pv"],
  namespaced: false,
  status: true,
  columns: [
    column("Capacity", (object) => quantities(valueAt(object, "spec", "capacity"))),
    column("Access Modes", (object) => accessModes(stringsAt(object, "spec", "accessModes"))),
    pathColumn("Reclaim Policy", ["spec", "persistentVolumeReclaimPolicy"]),
    pathColumn("Status", ["status", "phase"]),
    column("Claim", (object) => {
      const claim = valueAt(object, "spec", "claimRef");
      return claim === undefined ? "" : `${stringAt(claim, "namespace")}/${stringAt(claim, "name")}`;
    }),
    pathColumn("StorageClass", ["spec", "storageClassName"]),
    pathColumn("Reason", ["status", "reason"]),
  ],
  strategy: {
    prepareCreate: (object) => {
      const spec = specOf(object);
      spec["persistentVolumeReclaimPolicy"] ??= "Retain";
      spec["volumeMode"] ??= "Filesystem";
      object["status"] = { phase: "Pending" };
    },
  },
});

const nodeReady = (object: KubernetesObject): string => {
  const condition = objectsAt(object, "status", "conditions").find((each) => each["type"] === "Ready");
  const state = condition === undefined ? "Unknown" : condition["status"] === "True" ? "Ready" : "NotReady";
  return specOf(object)["unschedulable"] === true ? `${state},SchedulingDisabled` : state;
};

export const nodes = defineBuiltIn({
  kind: "Node",
  plural: "nodes",
  shortNames: ["no"],
  namespaced: false,
  status: true,
  columns: [
    column("Status", nodeReady),
    column("Roles", (object) =>
      orNone(
        Object.keys(object.metadata.labels ?? {})
          .filter((label) => label.startsWith("node-role.kubernetes.io/"))
          .map((label) => label.slice("node-role.kubernetes.io/".length))
          .join(","),
      ),
    ),
  ],
  wide: [
    pathColumn("Version", ["status", "nodeInfo", "kubeletVersion"]),
    column(
      "Internal-IP",
      (object) =>
        orNone(
          stringAt(
            objectsAt(object, "status", "addresses").find((each) => each["type"] === "InternalIP"),
            "address",
          ),
        ),
      WIDE,
    ),
    pathColumn("OS-Image", ["status", "nodeInfo", "osImage"], WIDE),
    pathColumn("Kernel-Version", ["status", "nodeInfo", "kernelVersion"], WIDE),
    pathColumn("Container-Runtime", ["status", "nodeInfo", "containerRuntimeVersion"], WIDE),
  ],
  strategy: {
    selectableFields: ["spec.unschedulable"],
    fields: (object) => ({ "spec.unschedulable": String(specOf(object)["unschedulable"] === true) }),
  },
});

export const services = defineBuiltIn({
  kind: "Service",
  plural: "services",
  shortNames: ["svc"],
  categories: ["all"],
  status: true,
  columns: [
    pathColumn("Type", ["spec", "type"]),
    column("Cluster-IP", (object) => orNone(stringAt(object, "spec", "clusterIP"))),
    column("External-IP", () => "<none>"),
    column("Port(s)", (object) =>
      objectsAt(object, "spec", "ports")
        .map((port) => `${numberAt(port, "port") ?? 0}/${stringAt(port, "protocol")}`)
        .join(","),
    ),
  ],
  wide: [
    column(
      "Selector",
      (object) =>
        orNone(
          Object.entries(stringMapAt(object, "spec", "selector"))
            .map(([key, value]) => `${key}=${value}`)
            .join(","),
        ),
      WIDE,
    ),
  ],
  strategy: {
    nameRule: "service-label",
    selectableFields: ["spec.clusterIP", "spec.type"],
    fields: (object) => ({
      "spec.clusterIP": stringAt(object, "spec", "clusterIP"),
      "spec.type": stringAt(object, "spec", "type"),
    }),
    prepareCreate: (object) => {
      const spec = specOf(object);
      spec["type"] ??= "ClusterIP";
      spec["sessionAffinity"] ??= "None";
      spec["internalTrafficPolicy"] ??= "Cluster";
      // There is no service proxy on one machine: every service is headless, its endpoints are the pods' addresses.
      if (spec["type"] === "ClusterIP") {
        spec["clusterIP"] = "None";
        spec["clusterIPs"] = ["None"];
        spec["ipFamilies"] ??= ["IPv4"];
        spec["ipFamilyPolicy"] ??= "SingleStack";
      }
      for (const port of objectsAt(spec, "ports")) {
        port["protocol"] ??= "TCP";
        port["targetPort"] ??= port["port"];
      }
      object["status"] = { loadBalancer: {} };
    },
    prepareUpdate: (object, previous) => {
      const spec = specOf(object);
      for (const field of [
        "type",
        "clusterIP",
        "clusterIPs",
        "ipFamilies",
        "ipFamilyPolicy",
        "sessionAffinity",
        "internalTrafficPolicy",
      ])
        spec[field] ??= specOf(previous)[field];
      for (const port of objectsAt(spec, "ports")) {
        port["protocol"] ??= "TCP";
        port["targetPort"] ??= port["port"];
      }
    },
    validateCreate: (object) =>
      objectsAt(object, "spec", "ports").flatMap((port, index) => {
        const number = numberAt(port, "port");
        if (number !== undefined && number >= 1 && number <= 65_535) return [];
        return [invalidValue(`spec.ports[${index}].port`, number ?? 0, "must be between 1 and 65535, inclusive")];
      }),
  },
});

export const endpoints = defineBuiltIn({
  kind: "Endpoints",
  plural: "endpoints",
  shortNames: ["ep"],
  columns: [
    column("Endpoints", (object) =>
      orNone(
        objectsAt(object, "subsets")
          .flatMap((subset) =>
            objectsAt(subset, "addresses").flatMap((address) =>
              objectsAt(subset, "ports").map((port) => `${stringAt(address, "ip")}:${numberAt(port, "port") ?? 0}`),
            ),
          )
          .slice(0, 3)
          .join(","),
      ),
    ),
  ],
});

export const resourceQuotas = defineBuiltIn({
  kind: "ResourceQuota",
  plural: "resourcequotas",
  shortNames: ["quota"],
  status: true,
  columns: [
    column("Request", (object) =>
      Object.entries(stringMapAt(object, "status", "hard"))
        .map(([name, hard]) => `${name}: ${stringAt(object, "status", "used", name) || "0"}/${hard}`)
        .join(", "),
    ),
  ],
  strategy: {
    prepareCreate: (object) => {
      object["status"] = {};
    },
  },
});

export const limitRanges = defineBuiltIn({ kind: "LimitRange", plural: "limitranges", shortNames: ["limits"] });
