// The other built-in groups: coordination, storage, networking, discovery, scheduling, admission policies, reviews.
import { validateBinding, validatePolicy } from "../../admission/policy/index.ts";
import {
  arrayAt,
  ensureObject,
  isJsonObject,
  numberAt,
  objectsAt,
  stringAt,
  stringMapAt,
  stringsAt,
} from "../../json.ts";
import { invalidValue, type FieldError } from "../../api/errors.ts";
import type { KubernetesObject } from "../../objects.ts";
import { column, pathColumn } from "../columns.ts";
import { defineBuiltIn } from "../define.ts";

function validateLease(object: KubernetesObject): FieldError[] {
  const errors: FieldError[] = [];
  const duration = numberAt(object, "spec", "leaseDurationSeconds");
  if (duration !== undefined && duration <= 0)
    errors.push(invalidValue("spec.leaseDurationSeconds", duration, "must be greater than 0"));
  const transitions = numberAt(object, "spec", "leaseTransitions");
  if (transitions !== undefined && transitions < 0)
    errors.push(invalidValue("spec.leaseTransitions", transitions, "must be greater than or equal to 0"));
  return errors;
}

export const leases = defineBuiltIn({
  group: "coordination.k8s.io",
  kind: "Lease",
  plural: "leases",
  columns: [pathColumn("Holder", ["spec", "holderIdentity"])],
  strategy: { validateCreate: validateLease, validateUpdate: validateLease },
});

export const storageClasses = defineBuiltIn({
  group: "storage.k8s.io",
  kind: "StorageClass",
  plural: "storageclasses",
  shortNames: ["sc"],
  namespaced: false,
  columns: [
    pathColumn("Provisioner", ["provisioner"]),
    pathColumn("ReclaimPolicy", ["reclaimPolicy"]),
    pathColumn("VolumeBindingMode", ["volumeBindingMode"]),
    column("AllowVolumeExpansion", (object) => String(object["allowVolumeExpansion"] === true)),
  ],
  strategy: {
    prepareCreate: (object) => {
      object["reclaimPolicy"] ??= "Delete";
      object["volumeBindingMode"] ??= "Immediate";
    },
  },
});

export const networkPolicies = defineBuiltIn({
  group: "networking.k8s.io",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  shortNames: ["netpol"],
  columns: [
    column("Pod-Selector", (object) => {
      const labels = Object.entries(stringMapAt(object, "spec", "podSelector", "matchLabels"));
      return labels.length === 0 ? "<none>" : labels.map(([key, value]) => `${key}=${value}`).join(",");
    }),
  ],
  strategy: {
    generation: "spec",
    prepareCreate: (object) => {
      const spec = ensureObject(object, "spec");
      spec["policyTypes"] ??= arrayAt(spec, "egress").length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
    },
  },
});

export const endpointSlices = defineBuiltIn({
  group: "discovery.k8s.io",
  kind: "EndpointSlice",
  plural: "endpointslices",
  columns: [
    pathColumn("AddressType", ["addressType"]),
    column(
      "Ports",
      (object) =>
        objectsAt(object, "ports")
          .map((port) => String(numberAt(port, "port") ?? 0))
          .join(",") || "<unset>",
    ),
    column(
      "Endpoints",
      (object) =>
        objectsAt(object, "endpoints")
          .flatMap((endpoint) => stringsAt(endpoint, "addresses"))
          .join(",") || "<unset>",
    ),
  ],
});

export const priorityClasses = defineBuiltIn({
  group: "scheduling.k8s.io",
  kind: "PriorityClass",
  plural: "priorityclasses",
  shortNames: ["pc"],
  namespaced: false,
  columns: [
    column("Value", (object) => String(numberAt(object, "value") ?? 0)),
    column("Global-Default", (object) => String(object["globalDefault"] === true)),
  ],
});

const ADMISSION = "admissionregistration.k8s.io";

export const validatingAdmissionPolicies = defineBuiltIn({
  group: ADMISSION,
  kind: "ValidatingAdmissionPolicy",
  plural: "validatingadmissionpolicies",
  namespaced: false,
  status: true,
  columns: [
    column("Validations", (object) => String(objectsAt(object, "spec", "validations").length)),
    column("ParamKind", (object) => {
      const kind = stringAt(object, "spec", "paramKind", "kind");
      return kind === "" ? "<unset>" : `${stringAt(object, "spec", "paramKind", "apiVersion")}/${kind}`;
    }),
  ],
  strategy: {
    generation: "spec",
    prepareCreate: (object) => {
      const spec = ensureObject(object, "spec");
      spec["failurePolicy"] ??= "Fail";
      setMatchDefaults(spec["matchConstraints"]);
    },
    prepareUpdate: (object) => {
      const spec = ensureObject(object, "spec");
      spec["failurePolicy"] ??= "Fail";
      setMatchDefaults(spec["matchConstraints"]);
    },
    validateCreate: validatePolicy,
    validateUpdate: validatePolicy,
  },
});

export const validatingAdmissionPolicyBindings = defineBuiltIn({
  group: ADMISSION,
  kind: "ValidatingAdmissionPolicyBinding",
  plural: "validatingadmissionpolicybindings",
  namespaced: false,
  columns: [pathColumn("PolicyName", ["spec", "policyName"]), column("ParamRef", () => "<unset>")],
  strategy: {
    generation: "spec",
    prepareCreate: (object) => setMatchDefaults(ensureObject(object, "spec")["matchResources"]),
    prepareUpdate: (object) => setMatchDefaults(ensureObject(object, "spec")["matchResources"]),
    validateCreate: validateBinding,
    validateUpdate: validateBinding,
  },
});

function setMatchDefaults(match: unknown): void {
  if (!isJsonObject(match)) return;
  match["matchPolicy"] ??= "Equivalent";
  ensureObject(match, "namespaceSelector");
  ensureObject(match, "objectSelector");
  for (const rule of objectsAt(match, "resourceRules")) rule["scope"] ??= "*";
}

function review(group: string, kind: string, namespaced = false) {
  return defineBuiltIn({ group, kind, plural: `${kind.toLowerCase()}s`, namespaced, verbs: ["create"] });
}

/** Questions rather than objects: they are answered and never stored. */
export const reviews = [
  review("authentication.k8s.io", "TokenReview"),
  review("authentication.k8s.io", "SelfSubjectReview"),
  review("authorization.k8s.io", "SubjectAccessReview"),
  review("authorization.k8s.io", "SelfSubjectAccessReview"),
  review("authorization.k8s.io", "SelfSubjectRulesReview"),
  review("authorization.k8s.io", "LocalSubjectAccessReview", true),
] as const;
