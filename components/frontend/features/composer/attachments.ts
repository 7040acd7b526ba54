/** Files that go with a message: pure rules for names, sizes, and how the agent is told. */
import { number, object, optional, text as words } from "../../lib/api/shape.ts";
import { isRecord, listOf, textOf } from "../thread/fields.ts";

/** A file as it goes with a message. */
export interface SentFile {
  readonly name: string;
  readonly size: number;
  /** Where it lies in the workspace; absent when it goes with the message alone. */
  readonly path?: string | undefined;
  /** The picture itself, for agents that can look at it: base64, small enough for one message. */
  readonly image?: { readonly mimeType: string; readonly data: string } | undefined;
}

/** Reads one back from where it was kept. */
export const readSentFile = object<SentFile>({
  name: words,
  size: number,
  path: optional(words),
  image: optional(object<Exclude<SentFile["image"], undefined>>({ mimeType: words, data: words })),
});

/** The backend takes no larger file. */
export const MAXIMUM_FILE_BYTES = 10 * 1024 * 1024;
/** All pictures of a message together, as base64: the whole message must stay below 1 MiB. */
export const MAXIMUM_IMAGE_CHARACTERS = 700_000;
/** More pixels cost tokens, and no model sees them. */
export const MAXIMUM_IMAGE_EDGE = 1568;

export const isPicture = (mediaType: string): boolean => /^image\/(png|jpeg|gif|webp)$/.test(mediaType);

/** A name that is a file name everywhere, and that no other file of the message has. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const clean =
    wanted
      .normalize("NFC")
      // eslint-disable-next-line no-control-regex -- exactly these must not be in a name
      .replaceAll(/[\u0000-\u001f\u007f/\\:*?"<>|]+/g, "-")
      .replace(/^[.\s-]+/, "")
      .trim()
      .slice(-120) || "file";
  if (!taken.includes(clean)) return clean;
  const dot = clean.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [clean.slice(0, dot), clean.slice(dot)] : [clean, ""];
  for (let number = 2; ; number += 1) {
    const name = `${stem}-${number}${extension}`;
    if (!taken.includes(name)) return name;
  }
}

/** Pasted pictures are all called "image.png": the time tells them apart, also from those of earlier messages. */
export function pastedName(name: string, now: Date): string {
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return name === "" || /^image\.\w+$/.test(name) ? `pasted-${time}.${name.split(".").at(-1) || "png"}` : name;
}

const HEADING = "Attached files, in the workspace:";

interface UserContentPart {
  readonly type: "text" | "image";
  readonly [field: string]: unknown;
}

/** The message in AG-UI's form: a plain text without files (slash commands are only seen in that), else parts. */
export function messageContent(text: string, files: readonly SentFile[]): string | readonly UserContentPart[] {
  if (files.length === 0) return text;
  const inWorkspace = files.filter((file) => file.path !== undefined);
  return [
    ...(text === "" ? [] : [{ type: "text", text } as const]),
    ...(inWorkspace.length === 0
      ? []
      : [{ type: "text", text: [HEADING, ...inWorkspace.map(({ path }) => `- ${path}`)].join("\n") } as const]),
    ...files.flatMap((file) =>
      file.image === undefined
        ? []
        : [
            {
              type: "image",
              source: { type: "data", value: file.image.data, mimeType: file.image.mimeType },
              metadata: { name: file.name },
            } as const,
          ],
    ),
  ];
}

/** The files that a text part of a message lists, or undefined when it is anything else. */
export function listedFiles(text: string): readonly string[] | undefined {
  const [heading, ...lines] = text.split("\n");
  if (heading !== HEADING || lines.length === 0 || !lines.every((line) => line.startsWith("- "))) return undefined;
  return lines.map((line) => line.slice(2));
}

/** The text that a content was written from, to edit it again. */
export function writtenText(content: unknown): string {
  if (typeof content === "string") return content;
  const texts = listOf(content).flatMap((part) => {
    const text = isRecord(part) && part["type"] === "text" ? textOf(part["text"]) : undefined;
    return text === undefined || listedFiles(text) !== undefined ? [] : [text];
  });
  return texts.join("\n");
}
