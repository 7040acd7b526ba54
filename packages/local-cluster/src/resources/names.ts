// What names, labels and annotations may look like, and the wording when they do not.
import { forbiddenField, invalidValue, required, type FieldError } from "../api/errors.ts";
import type { ObjectMeta } from "../objects.ts";
import type { Strategy } from "./definition.ts";

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SERVICE_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SERVICE_LABEL_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const QUALIFIED_NAME_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const MAX_ANNOTATIONS = 256 * 1024;

/** Why a name is not allowed, or undefined. */
export function nameProblem(name: string, rule: Strategy["nameRule"]): string | undefined {
  switch (rule) {
    case "subdomain":
      if (name.length > 253) return "must be no more than 253 characters";
      return SUBDOMAIN.test(name) ? undefined : SUBDOMAIN_RULE;
    case "label":
      if (name.length > 63) return "must be no more than 63 characters";
      return LABEL.test(name) ? undefined : LABEL_RULE;
    case "service-label":
      if (name.length > 63) return "must be no more than 63 characters";
      return SERVICE_LABEL.test(name) ? undefined : SERVICE_LABEL_RULE;
    case "path-segment":
      if (name === "." || name === "..") return `may not be '${name}'`;
      if (name.includes("/")) return "may not contain '/'";
      return name.includes("%") ? "may not contain '%'" : undefined;
  }
}

function qualifiedNameProblem(key: string): string | undefined {
  const slash = key.indexOf("/");
  if (slash >= 0) {
    const prefix = key.slice(0, slash);
    if (prefix === "") return "prefix part must be non-empty";
    if (prefix.length > 253 || !SUBDOMAIN.test(prefix)) return `prefix part ${SUBDOMAIN_RULE}`;
  }
  const name = key.slice(slash + 1);
  if (name === "") return "name part must be non-empty";
  if (name.length > 63) return "name part must be no more than 63 characters";
  return QUALIFIED_NAME.test(name) ? undefined : QUALIFIED_NAME_RULE;
}

export function validateLabels(labels: Readonly<Record<string, string>>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    const problem = qualifiedNameProblem(key);
    if (problem !== undefined) errors.push(invalidValue(field, key, problem));
    if (value.length > 63) errors.push(invalidValue(field, value, "must be no more than 63 characters"));
    else if (!LABEL_VALUE.test(value)) errors.push(invalidValue(field, value, LABEL_VALUE_RULE));
  }
  return errors;
}

export function validateMetadata(
  metadata: ObjectMeta,
  namespaced: boolean,
  rule: Strategy["nameRule"],
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { name = "", generateName = "", namespace = "" } = metadata;
  if (name === "") {
    errors.push(required("metadata.name", generateName === "" ? "name or generateName is required" : ""));
  } else {
    const problem = nameProblem(name, rule);
    if (problem !== undefined) errors.push(invalidValue("metadata.name", name, problem));
  }
  if (namespaced && namespace === "") errors.push(required("metadata.namespace", ""));
  if (!namespaced && namespace !== "") errors.push(forbiddenField("metadata.namespace", "not allowed on this type"));
  errors.push(...validateLabels(metadata.labels ?? {}, "metadata.labels"));
  let annotationBytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    annotationBytes += key.length + Buffer.byteLength(value);
    const problem = qualifiedNameProblem(key.toLowerCase());
    if (problem !== undefined) errors.push(invalidValue("metadata.annotations", key, problem));
  }
  if (annotationBytes > MAX_ANNOTATIONS)
    errors.push({
      type: "FieldValueTooLong",
      field: "metadata.annotations",
      message: `Too long: may not be more than ${MAX_ANNOTATIONS} bytes`,
    });
  for (const [index, finalizer] of (metadata.finalizers ?? []).entries()) {
    const problem = qualifiedNameProblem(finalizer);
    if (problem !== undefined) errors.push(invalidValue(`metadata.finalizers[${index}]`, finalizer, problem));
  }
  errors.push(...validateOwners(metadata));
  return errors;
}

function validateOwners(metadata: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  let controllers = 0;
  for (const [index, owner] of (metadata.ownerReferences ?? []).entries()) {
    const field = `metadata.ownerReferences[${index}]`;
    if (!owner.apiVersion)
      errors.push(invalidValue(`${field}.apiVersion`, owner.apiVersion ?? "", "version must not be empty"));
    if (!owner.kind) errors.push(invalidValue(`${field}.kind`, owner.kind ?? "", "must not be empty"));
    if (!owner.name) errors.push(invalidValue(`${field}.name`, owner.name ?? "", "must not be empty"));
    if (!owner.uid) errors.push(invalidValue(`${field}.uid`, owner.uid ?? "", "must not be empty"));
    if (owner.controller === true && ++controllers === 2)
      errors.push(
        invalidValue(
          "metadata.ownerReferences",
          null,
          `Only one reference can have Controller set to true. Found "true" in references for ${owner.name} and others`,
        ),
      );
  }
  return errors;
}
