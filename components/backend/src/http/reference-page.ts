/** The API reference as one page of plain HTML: no script, nothing fetched. */

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: unknown;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { schema?: unknown }>> };
  readonly responses?: Readonly<
    Record<string, { description?: string; content?: Readonly<Record<string, { schema?: unknown }>> }>
  >;
}

interface Document {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, unknown>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

const METHODS = ["get", "post", "put", "patch", "delete"];

const STYLE = `
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:68rem;padding:2rem}
h2{margin:2.5rem 0 .5rem;text-transform:capitalize}details{border:1px solid #8884;border-radius:8px;margin:.4rem 0}
summary{cursor:pointer;padding:.6rem .9rem}code,pre{font:13px/1.5 ui-monospace,monospace}b.m{display:inline-block;width:4.5rem}
pre{background:#8881;border-radius:6px;overflow:auto;padding:.8rem}section{padding:0 1rem 1rem}td{padding:.15rem 1rem .15rem 0;vertical-align:top}
`;

export function referencePage(document: object): string {
  const { info, paths = {}, components } = document as Document;
  const groups = new Map<string, string[]>();
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = (item as Readonly<Record<string, Operation | undefined>>)[method];
      if (operation === undefined) continue;
      const tag = operation.tags?.[0] ?? "other";
      groups.set(tag, [...(groups.get(tag) ?? []), operationHtml(method, path, operation)]);
    }
  }
  const sections = [...groups].map(([tag, operations]) => `<h2>${escape(tag)}</h2>${operations.join("")}`);
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="${escape(name)}"><summary><code>${escape(name)}</code></summary><section>${json(schema)}</section></details>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(
    info.title,
  )} API</title><style>${STYLE}</style><h1>${escape(info.title)} API <small>${escape(info.version)}</small></h1><p>${escape(
    info.description ?? "",
  )}</p><p><a href="openapi.json">OpenAPI document</a></p>${sections.join("")}<h2>Schemas</h2>${schemas.join("")}</html>`;
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    (parameter) =>
      `<tr><td><code>${escape(parameter.name)}</code></td><td>${escape(parameter.in)}${
        parameter.required === true ? ", required" : ""
      }</td><td>${escape(parameter.description ?? "")}</td></tr>`,
  );
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<h4>Body <code>${escape(type)}</code></h4>${json(schema ?? {})}`,
  );
  const answers = Object.entries(operation.responses ?? {}).map(([status, { content }]) => {
    const schema = Object.values(content ?? {})[0]?.schema;
    return `<h4>${escape(status)}</h4>${schema === undefined ? "" : json(schema)}`;
  });
  return `<details><summary><b class="m">${method.toUpperCase()}</b> <code>${escape(path)}</code> ${escape(
    operation.summary ?? "",
  )}</summary><section><p>${escape(operation.description ?? "")}</p>${
    parameters.length === 0 ? "" : `<table>${parameters.join("")}</table>`
  }${bodies.join("")}${answers.join("")}</section></details>`;
}

function json(value: unknown): string {
  const text = escape(JSON.stringify(value, null, 2));
  return `<pre>${text.replace(/#\/components\/schemas\/([A-Za-z0-9_-]+)/g, '<a href="#$1">$1</a>')}</pre>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
