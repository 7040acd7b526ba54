/** Which artifacts a browser may show, and how. Pure. */
export type ArtifactKind = "page" | "image" | "text" | "other";

const IMAGE = /\.(png|jpe?g|gif|webp|avif)$/i;
const PAGE = /\.html?$/i;
const TEXT =
  /\.(md|markdown|txt|log|csv|tsv|json|jsonl|ya?ml|toml|xml|svg|diff|patch|[cm]?[jt]sx?|py|go|rs|java|rb|sh|sql|css)$/i;

export function artifactKind(name: string): ArtifactKind {
  if (PAGE.test(name)) return "page";
  if (IMAGE.test(name)) return "image";
  return TEXT.test(name) ? "text" : "other";
}

/** The folder in which agents put what they hand over. */
export const ARTIFACTS = "artifacts";
export const shortPath = (path: string): string => path.replace(/^artifacts\//, "");
