/** An OpenAPI 3.1 document to the `paths` and `components` types that openapi-fetch works with. */
import { comment, typeOf, type Schema } from "./schema.ts";

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses?: Readonly<Record<string, Content>>;
}

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

const METHODS = ["get", "put", "post", "delete", "patch"] as const;
const PLACES = ["query", "path", "header"] as const;
const HEADER = "/** Generated from the backend's OpenAPI document by `npm run generate`. Do not edit. */\n";

export function clientTypes({ paths, components }: OpenApiDocument): string {
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) => `${comment(schema.description)}${JSON.stringify(name)}: ${typeOf(schema)};`,
  );
  const items = Object.entries(paths).map(([path, item]) => `${JSON.stringify(path)}: {\n${pathItem(item)}\n};`);
  return (
    `${HEADER}export interface paths {\n${items.join("\n")}\n}\n\n` +
    `export interface components {\nschemas: {\n${schemas.join("\n")}\n};\n}\n`
  );
}

function pathItem(item: Readonly<Record<string, Operation>>): string {
  const members = METHODS.flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [`${comment(operation.summary)}${method}: ${operationType(operation)};`];
  });
  return members.join("\n");
}

function operationType({ parameters = [], requestBody, responses = {} }: Operation): string {
  const places = PLACES.flatMap((place) => {
    const named = parameters.filter((parameter) => parameter.in === place);
    if (named.length === 0) return [];
    const fields = named.map(
      ({ name, required, description, schema = {} }) =>
        `${comment(description)}${JSON.stringify(name)}${required === true ? "" : "?"}: ${typeOf(schema)};`,
    );
    const optional = named.every(({ required }) => required !== true);
    return [`${place}${optional ? "?" : ""}: { ${fields.join(" ")} };`];
  });
  const answers = Object.entries(responses).map(
    ([status, answer]) => `${/^\d+$/.test(status) ? status : JSON.stringify(status)}: ${contentType(answer)};`,
  );
  const body =
    requestBody === undefined
      ? ""
      : `requestBody${requestBody.required === true ? "" : "?"}: ${contentType(requestBody)};`;
  return `{ parameters: { ${places.join(" ")} }; ${body} responses: { ${answers.join(" ")} } }`;
}

/** What may come as JSON or as a stream of events comes as JSON to a client that accepts JSON. */
function contentType({ content = {} }: Content): string {
  const hasJson = content["application/json"] !== undefined;
  const read = Object.entries(content).filter(([type]) => !(hasJson && type === "text/event-stream"));
  const types = read.map(([type, { schema = {} }]) => `${JSON.stringify(type)}: ${typeOf(schema)};`);
  return types.length === 0 ? "{ content?: never }" : `{ content: { ${types.join(" ")} } }`;
}
