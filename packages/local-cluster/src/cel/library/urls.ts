// Kubernetes' URL extension: url(x), isURL(x) and the parts of a URL.
import { CelEvaluationError } from "../errors.ts";
import { bool, fn, type FunctionTable, list, map, method, opaqueType, string, textCost } from "../functions.ts";
import { CelOpaque } from "../values.ts";

class CelUrl extends CelOpaque {
  readonly typeName = "kubernetes.URL";
  readonly text: string;
  readonly parsed: URL | undefined;

  constructor(text: string, parsed: URL | undefined) {
    super();
    this.text = text;
    this.parsed = parsed;
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelUrl && other.text === this.text;
  }
}

const url = opaqueType<CelUrl>("kubernetes.URL");

/** An absolute URI or an absolute path, as Go's url.ParseRequestURI accepts them. */
function parseUrl(text: string): CelUrl | undefined {
  if (text.startsWith("/")) {
    const parsed = URL.parse(text, "http://path.invalid");
    return parsed === null ? undefined : new CelUrl(text, parsed);
  }
  const parsed = /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && !/[\s\x00-\x1f]/.test(text) ? URL.parse(text) : null;
  return parsed === null ? undefined : new CelUrl(text, parsed);
}

const isPathOnly = (value: CelUrl): boolean => value.text.startsWith("/");
const part = (value: CelUrl, read: (parsed: URL) => string): string =>
  value.parsed === undefined || isPathOnly(value) ? "" : read(value.parsed);

/** The text's own port: URL drops a scheme's default one, Go keeps it. */
function authority(value: CelUrl): { readonly host: string; readonly port: string } {
  const text = /^[^:/?#]+:\/\/([^/?#]*)/.exec(value.text)?.[1]?.replace(/^.*@/, "") ?? "";
  return { host: text, port: /:(\d*)$/.exec(text)?.[1] ?? "" };
}

export const urls: FunctionTable = {
  url: [
    fn(
      [string],
      url,
      (text) => {
        const parsed = parseUrl(text);
        if (parsed === undefined)
          throw new CelEvaluationError(`URL parse error during conversion from string: ${text}`);
        return parsed;
      },
      textCost,
    ),
  ],
  isURL: [fn([string], bool, (text) => parseUrl(text) !== undefined, textCost)],
  getScheme: [method([url], string, (value) => part(value, (parsed) => parsed.protocol.slice(0, -1)))],
  getHost: [method([url], string, (value) => authority(value).host)],
  getHostname: [
    method([url], string, (value) =>
      authority(value)
        .host.replace(/:\d*$/, "")
        .replace(/^\[|\]$/g, ""),
    ),
  ],
  getPort: [method([url], string, (value) => authority(value).port)],
  getEscapedPath: [
    method([url], string, (value) => {
      const hasPath = isPathOnly(value) || /^[^:]+:\/\/[^/?#]*\//.test(value.text);
      return hasPath ? (value.parsed?.pathname ?? "") : "";
    }),
  ],
  getQuery: [
    method([url], map(string, list(string)), (value) => {
      const parameters = value.parsed?.searchParams ?? new URLSearchParams();
      return new Map([...new Set(parameters.keys())].map((key) => [key, parameters.getAll(key)]));
    }),
  ],
};
