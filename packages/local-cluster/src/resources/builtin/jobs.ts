// Jobs: defaults, the selector that ties a job to its pods, and what may change afterwards.
import { invalidValue, notSupported, required, type FieldError } from "../../api/errors.ts";
import {
  ensureObject,
  equalJson,
  isJsonObject,
  numberAt,
  objectsAt,
  stringAt,
  stringMapAt,
  type JsonObject,
} from "../../json.ts";
import type { KubernetesObject } from "../../objects.ts";
import { column, humanDuration, WIDE } from "../columns.ts";
import { defineBuiltIn } from "../define.ts";
import { defaultPodSpec } from "./pod-defaults.ts";
import { validatePodSpec } from "./pod-validation.ts";

function specOf(object: KubernetesObject): JsonObject {
  return ensureObject(object, "spec");
}

function templateSpec(object: KubernetesObject): JsonObject {
  return ensureObject(ensureObject(specOf(object), "template"), "spec");
}

function setDefaults(object: KubernetesObject): void {
  const spec = specOf(object);
  if (spec["completions"] === undefined && spec["parallelism"] === undefined) {
    spec["completions"] = 1;
    spec["parallelism"] = 1;
  }
  spec["parallelism"] ??= 1;
  spec["backoffLimit"] ??= 6;
  spec["completionMode"] ??= "NonIndexed";
  spec["suspend"] ??= false;
  spec["manualSelector"] ??= false;
  spec["podReplacementPolicy"] ??= isJsonObject(spec["podFailurePolicy"]) ? "Failed" : "TerminatingOrFailed";
  for (const rule of objectsAt(spec, "podFailurePolicy", "rules"))
    for (const condition of objectsAt(rule, "onPodConditions")) condition["status"] ??= "True";
  const pod = templateSpec(object);
  // A job's template must say its restart policy: pods' own default, Always, is no valid answer here.
  const policy = pod["restartPolicy"];
  defaultPodSpec(pod);
  if (policy === undefined) pod["restartPolicy"] = "Always";
}

/** A fresh job selects its pods by its own uid, so that two jobs never share pods. */
function generateSelector(object: KubernetesObject): void {
  const spec = specOf(object);
  if (spec["manualSelector"] === true) return;
  const uid = object.metadata.uid ?? "";
  const name = object.metadata.name ?? "";
  const metadata = ensureObject(ensureObject(spec, "template"), "metadata");
  metadata["labels"] = {
    ...stringMapAt(metadata, "labels"),
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const selector = ensureObject(spec, "selector");
  selector["matchLabels"] = { ...stringMapAt(selector, "matchLabels"), "batch.kubernetes.io/controller-uid": uid };
}

function validate(object: KubernetesObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(object);
  for (const field of [
    "parallelism",
    "completions",
    "backoffLimit",
    "activeDeadlineSeconds",
    "ttlSecondsAfterFinished",
  ]) {
    const value = numberAt(spec, field);
    if (value !== undefined && value < 0)
      errors.push(invalidValue(`spec.${field}`, value, "must be greater than or equal to 0"));
  }
  const mode = stringAt(spec, "completionMode");
  if (!["NonIndexed", "Indexed"].includes(mode))
    errors.push(notSupported("spec.completionMode", mode, ["NonIndexed", "Indexed"]));
  if (!isJsonObject(spec["selector"])) errors.push(required("spec.selector", ""));
  const pod = templateSpec(object);
  errors.push(...validatePodSpec(pod, "spec.template.spec"));
  const policy = stringAt(pod, "restartPolicy");
  if (policy === "Always")
    errors.push({
      type: "FieldValueRequired",
      field: "spec.template.spec.restartPolicy",
      message: 'Required value: valid values: "OnFailure", "Never"',
    });
  if (isJsonObject(spec["podFailurePolicy"]) && policy !== "Never")
    errors.push(
      invalidValue(
        "spec.template.spec.restartPolicy",
        policy,
        'only "Never" is supported when podFailurePolicy is specified',
      ),
    );
  return errors;
}

function duration(object: KubernetesObject, now: number): string {
  const start = Date.parse(stringAt(object, "status", "startTime"));
  if (Number.isNaN(start)) return "";
  const end = Date.parse(stringAt(object, "status", "completionTime"));
  return humanDuration((Number.isNaN(end) ? now : end) - start);
}

function statusText(object: KubernetesObject): string {
  const holds = new Set(
    objectsAt(object, "status", "conditions")
      .filter((condition) => condition["status"] === "True")
      .map((condition) => stringAt(condition, "type")),
  );
  // The last word first: a failed job still carries the target that it was heading for.
  const shown = ["Complete", "Failed", "FailureTarget", "Suspended"].find((type) => holds.has(type));
  return shown ?? (object.metadata.deletionTimestamp === undefined ? "Running" : "Terminating");
}

const joinContainers = (object: KubernetesObject, field: string): string =>
  objectsAt(object, "spec", "template", "spec", "containers")
    .map((container) => stringAt(container, field))
    .join(",");

export const jobs = defineBuiltIn({
  group: "batch",
  kind: "Job",
  plural: "jobs",
  categories: ["all"],
  status: true,
  columns: [
    column("Status", statusText),
    column("Completions", (object) => {
      const done = numberAt(object, "status", "succeeded") ?? 0;
      const wanted = numberAt(object, "spec", "completions");
      return `${done}/${wanted ?? `1 of ${numberAt(object, "spec", "parallelism") ?? 1}`}`;
    }),
    column("Duration", duration),
  ],
  wide: [
    column("Containers", (object) => joinContainers(object, "name"), WIDE),
    column("Images", (object) => joinContainers(object, "image"), WIDE),
    column(
      "Selector",
      (object) =>
        Object.entries(stringMapAt(object, "spec", "selector", "matchLabels"))
          .map(([key, value]) => `${key}=${value}`)
          .join(","),
      WIDE,
    ),
  ],
  strategy: {
    generation: "spec",
    selectableFields: ["status.successful"],
    fields: (object) => ({ "status.successful": String(numberAt(object, "status", "succeeded") ?? 0) }),
    prepareCreate: (object) => {
      setDefaults(object);
      generateSelector(object);
      object["status"] = {};
    },
    prepareUpdate: setDefaults,
    validateCreate: validate,
    validateUpdate: (object, previous) => {
      const errors = validate(object);
      const before = specOf(previous);
      const after = specOf(object);
      const frozen = ["selector", "completionMode", "podFailurePolicy"];
      // While suspended and not started, the template's scheduling directives may change; a run's template may not.
      if (!(before["suspend"] === true && stringAt(previous, "status", "startTime") === "")) frozen.push("template");
      if (after["completionMode"] !== "Indexed") frozen.push("completions");
      for (const field of frozen)
        if (!equalJson(before[field], after[field]))
          errors.push(invalidValue(`spec.${field}`, after[field] ?? null, "field is immutable"));
      return errors;
    },
  },
});
