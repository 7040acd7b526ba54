// The checks of a pod's spec that clients meet: what is missing, misnamed, duplicated or not supported.
import { duplicate, invalidValue, notSupported, required, type FieldError } from "../../api/errors.ts";
import { isJsonObject, numberAt, objectsAt, stringAt, stringMapAt, type JsonObject } from "../../json.ts";
import { quantityValue } from "../../quantity/index.ts";
import { nameProblem } from "../names.ts";

const RESTART_POLICIES = ["Always", "OnFailure", "Never"];
const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const ENVIRONMENT_NAME = /^[^=\0]+$/;

export function validatePodSpec(spec: JsonObject, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const volumes = validateVolumes(spec, field, errors);
  if (objectsAt(spec, "containers").length === 0) errors.push(required(`${field}.containers`, ""));
  const names = new Set<string>();
  for (const list of ["initContainers", "containers"])
    for (const [index, container] of objectsAt(spec, list).entries())
      errors.push(...validateContainer(container, `${field}.${list}[${index}]`, list, names, volumes));
  const policy = stringAt(spec, "restartPolicy");
  if (!RESTART_POLICIES.includes(policy)) errors.push(notSupported(`${field}.restartPolicy`, policy, RESTART_POLICIES));
  const grace = numberAt(spec, "terminationGracePeriodSeconds");
  if (grace !== undefined && grace < 0)
    errors.push(invalidValue(`${field}.terminationGracePeriodSeconds`, grace, "must be greater than or equal to 0"));
  const deadline = numberAt(spec, "activeDeadlineSeconds");
  if (deadline !== undefined && (deadline < 1 || deadline > 2 ** 31 - 1))
    errors.push(
      invalidValue(`${field}.activeDeadlineSeconds`, deadline, "must be between 1 and 2147483647, inclusive"),
    );
  return errors;
}

function validateVolumes(spec: JsonObject, field: string, errors: FieldError[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [index, volume] of objectsAt(spec, "volumes").entries()) {
    const name = stringAt(volume, "name");
    const at = `${field}.volumes[${index}].name`;
    if (name === "") errors.push(required(at, ""));
    else {
      const problem = nameProblem(name, "label");
      if (problem !== undefined) errors.push(invalidValue(at, name, problem));
    }
    if (names.has(name)) errors.push(duplicate(at, name));
    names.add(name);
  }
  return names;
}

function validateContainer(
  container: JsonObject,
  field: string,
  list: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(container, "name");
  if (name === "") errors.push(required(`${field}.name`, ""));
  else {
    const problem = nameProblem(name, "label");
    if (problem !== undefined) errors.push(invalidValue(`${field}.name`, name, problem));
    if (names.has(name)) errors.push(duplicate(`${field}.name`, name));
    names.add(name);
  }
  const image = stringAt(container, "image");
  if (image === "") errors.push(required(`${field}.image`, ""));
  else if (image.trim() !== image)
    errors.push(invalidValue(`${field}.image`, image, "must not have leading or trailing whitespace"));
  const pull = stringAt(container, "imagePullPolicy");
  if (!PULL_POLICIES.includes(pull)) errors.push(notSupported(`${field}.imagePullPolicy`, pull, PULL_POLICIES));
  const restart = container["restartPolicy"];
  if (restart !== undefined && (list !== "initContainers" || restart !== "Always"))
    errors.push(
      list === "initContainers"
        ? notSupported(`${field}.restartPolicy`, restart, ["Always"])
        : {
            type: "FieldValueForbidden",
            field: `${field}.restartPolicy`,
            message: "Forbidden: may not be set for non-init containers",
          },
    );
  for (const [index, variable] of objectsAt(container, "env").entries()) {
    const variableName = stringAt(variable, "name");
    if (variableName === "") errors.push(required(`${field}.env[${index}].name`, ""));
    else if (!ENVIRONMENT_NAME.test(variableName))
      errors.push(invalidValue(`${field}.env[${index}].name`, variableName, "must not contain '=' or NUL"));
    if (stringAt(variable, "value") !== "" && isJsonObject(variable["valueFrom"]))
      errors.push(
        invalidValue(`${field}.env[${index}].valueFrom`, "", "may not be specified when `value` is not empty"),
      );
  }
  errors.push(...validateResources(container, `${field}.resources`));
  const mounted = new Set<string>();
  for (const [index, mount] of objectsAt(container, "volumeMounts").entries()) {
    const at = `${field}.volumeMounts[${index}]`;
    const volume = stringAt(mount, "name");
    const path = stringAt(mount, "mountPath");
    if (volume === "") errors.push(required(`${at}.name`, ""));
    else if (!volumes.has(volume))
      errors.push({ type: "FieldValueNotFound", field: `${at}.name`, message: `Not found: ${JSON.stringify(volume)}` });
    if (path === "") errors.push(required(`${at}.mountPath`, ""));
    if (mounted.has(path)) errors.push(invalidValue(`${at}.mountPath`, path, "must be unique"));
    mounted.add(path);
  }
  for (const [index, port] of objectsAt(container, "ports").entries()) {
    const number = numberAt(port, "containerPort");
    if (number === undefined) errors.push(required(`${field}.ports[${index}].containerPort`, ""));
    else if (!Number.isInteger(number) || number < 1 || number > 65_535)
      errors.push(
        invalidValue(`${field}.ports[${index}].containerPort`, number, "must be between 1 and 65535, inclusive"),
      );
  }
  return errors;
}

/** Nothing may be promised that the limit then takes away. */
function validateResources(container: JsonObject, field: string): FieldError[] {
  const limits = stringMapAt(container, "resources", "limits");
  return Object.entries(stringMapAt(container, "resources", "requests")).flatMap(([name, request]) => {
    const limit = quantityValue(limits[name] ?? "");
    const wanted = quantityValue(request);
    if (limit === undefined || wanted === undefined || wanted <= limit) return [];
    return [
      invalidValue(`${field}.requests`, request, `must be less than or equal to ${name} limit of ${limits[name]}`),
    ];
  });
}
