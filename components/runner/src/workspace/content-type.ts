/** The media type of a file by its name. What a browser would run is plain text: files are shown, not opened. */
const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  json: "application/json",
  csv: "text/csv; charset=utf-8",
  md: "text/markdown; charset=utf-8",
  zip: "application/zip",
  gz: "application/gzip",
};
const TEXT = new Set(
  "txt log html htm css js mjs cjs ts tsx jsx py go rs java c h cpp sh bash yaml yml toml ini xml svg sql rb php diff patch jsonl".split(
    " ",
  ),
);

export function contentTypeOf(path: string): string {
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return TYPES[extension] ?? (TEXT.has(extension) ? "text/plain; charset=utf-8" : "application/octet-stream");
}
