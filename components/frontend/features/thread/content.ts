/** Message content in one form, whichever of AG-UI's it had: a string, or parts. */
import { isRecord, listOf, recordOf, textOf } from "./fields.ts";

export type ContentPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly source: string; readonly name: string | undefined }
  | { readonly type: "file"; readonly name: string; readonly mediaType: string | undefined };

/** Only inline images are shown: a page makes no request to another host because a message says so. */
const INLINE_IMAGE = /^image\/(png|jpeg|gif|webp|avif)$/;

export function contentParts(content: unknown): readonly ContentPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  return listOf(content).flatMap((part) => (isRecord(part) ? [contentPart(part)] : []));
}

function contentPart(part: Record<string, unknown>): ContentPart {
  const text = textOf(part["text"]);
  if (part["type"] === "text" && text !== undefined) return { type: "text", text };
  const source = recordOf(part["source"]);
  const mediaType = textOf(source["mimeType"]) ?? textOf(source["mediaType"]);
  const name = textOf(recordOf(part["metadata"])["name"]) ?? textOf(part["filename"]);
  const data = textOf(source["value"]) ?? textOf(source["data"]);
  if (
    part["type"] === "image" &&
    source["type"] !== "url" &&
    data !== undefined &&
    mediaType !== undefined &&
    INLINE_IMAGE.test(mediaType) &&
    isBase64(data)
  )
    return { type: "image", source: `data:${mediaType};base64,${data}`, name };
  return { type: "file", name: name ?? textOf(part["type"]) ?? "attachment", mediaType };
}

/** What a browser takes for data; of anything else it complains, and shows a broken picture. */
function isBase64(data: string): boolean {
  const padding = /={1,2}$/.exec(data)?.[0].length ?? 0;
  const isWhole = padding === 0 ? data.length % 4 !== 1 : data.length % 4 === 0;
  return isWhole && /^[A-Za-z0-9+/]*={0,2}$/.test(data);
}

/** The words of a content, for results of tools, search and copying. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  if (content === null || content === undefined) return "";
  if (Array.isArray(content))
    return contentParts(content)
      .map((part) => (part.type === "text" ? part.text : `[${part.name ?? part.type}]`))
      .join("\n");
  return JSON.stringify(content, null, 2);
}
