"use client";
/** Files that are being attached: put into the workspace at once, so that sending does not wait for them. */
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/lib/api/paths";
import { command, messageOf, upload } from "@/lib/api/request";
import { randomId } from "@/lib/random-id";
import * as texts from "@/lib/texts";
import { formatBytes } from "@/lib/format";
import {
  freeName,
  isPicture,
  MAXIMUM_FILE_BYTES,
  MAXIMUM_IMAGE_CHARACTERS,
  pastedName,
  type SentFile,
} from "./attachments";

export interface Attachment extends SentFile {
  readonly id: string;
  readonly state: "uploading" | "ready" | "failed";
  readonly problem?: string | undefined;
  /** An address of the picture within this page. */
  readonly preview?: string | undefined;
}

interface Options {
  project: string;
  session: string;
  /** Whether the agent has files: without them only pictures can be attached. */
  hasFiles: boolean;
}

export interface Attachments {
  readonly items: readonly Attachment[];
  readonly isBusy: boolean;
  add: (files: readonly File[]) => void;
  remove: (id: string) => void;
  /** Takes back the files of a message that is edited again. */
  restore: (files: readonly SentFile[]) => void;
  /** Hands over the files that are ready, and forgets all. */
  take: () => readonly SentFile[];
}

export function useAttachments({ project, session, hasFiles }: Options): Attachments {
  const [items, setItems] = useState<readonly Attachment[]>([]);
  const current = useRef(items);
  current.current = items;
  useEffect(() => () => current.current.forEach(forgetPreview), []);

  const change = useCallback(
    (id: string, fields: Partial<Attachment>) =>
      setItems((all) => all.map((item) => (item.id === id ? { ...item, ...fields } : item))),
    [],
  );

  const addOne = useCallback(
    async (file: File, taken: string[]) => {
      const id = randomId();
      const name = freeName(pastedName(file.name, new Date()), taken);
      taken.push(name);
      const preview = isPicture(file.type) ? URL.createObjectURL(file) : undefined;
      const start: Attachment = { id, name, size: file.size, state: "uploading", preview };
      const problem = refusal(file, hasFiles);
      setItems((all) => [...all, problem === undefined ? start : { ...start, state: "failed", problem }]);
      if (problem !== undefined) return;
      try {
        const { imageData } = await import("./image-data");
        const [image] = await Promise.all([
          imageData(file),
          hasFiles ? upload(api.upload(project, session, name), file) : undefined,
        ]);
        if (!hasFiles && image === undefined) throw new Error(texts.attach.onlyPictures);
        change(id, {
          state: "ready",
          ...(hasFiles ? { path: `uploads/${name}` } : {}),
          ...(image === undefined ? {} : { image }),
        });
      } catch (error) {
        change(id, { state: "failed", problem: messageOf(error) });
      }
    },
    [change, hasFiles, project, session],
  );

  const remove = useCallback(
    (id: string) => {
      const item = current.current.find((each) => each.id === id);
      setItems((all) => all.filter((each) => each.id !== id));
      if (item === undefined) return;
      forgetPreview(item);
      // A file that stays behind does no harm: it is in the workspace, and nothing speaks of it.
      if (item.path !== undefined)
        command(api.workspaceFile(project, session, item.path), { method: "DELETE" }).catch(() => undefined);
    },
    [project, session],
  );

  return {
    items,
    isBusy: items.some((item) => item.state === "uploading"),
    add: useCallback(
      (files) => {
        const taken = current.current.map((item) => item.name);
        for (const file of files) void addOne(file, taken);
      },
      [addOne],
    ),
    remove,
    restore: useCallback(
      (files) =>
        setItems((all) => [...all, ...files.map((file) => ({ ...file, id: randomId(), state: "ready" as const }))]),
      [],
    ),
    take: useCallback(() => {
      const ready = withinLimit(current.current.filter((item) => item.state === "ready"));
      current.current.forEach(forgetPreview);
      setItems([]);
      return ready;
    }, []),
  };
}

function refusal(file: File, hasFiles: boolean): string | undefined {
  if (file.size > MAXIMUM_FILE_BYTES) return texts.attach.tooLarge(formatBytes(MAXIMUM_FILE_BYTES));
  return hasFiles || isPicture(file.type) ? undefined : texts.attach.onlyPictures;
}

/** Pictures that would make the message too large go as files of the workspace alone. */
function withinLimit(items: readonly Attachment[]): SentFile[] {
  let characters = 0;
  return items.map(({ name, size, path, image }) => {
    characters += image?.data.length ?? 0;
    const fits = characters <= MAXIMUM_IMAGE_CHARACTERS || path === undefined;
    return {
      name,
      size,
      ...(path === undefined ? {} : { path }),
      ...(image === undefined || !fits ? {} : { image }),
    };
  });
}

function forgetPreview(item: Attachment): void {
  if (item.preview !== undefined) URL.revokeObjectURL(item.preview);
}
