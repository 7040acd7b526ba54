"use client";
/** Files of a message that is being written, each with its size, how far it is, and a way to take it out again. */
import { FileText, TriangleAlert, X } from "lucide-react";
import { Spinner } from "@/components/ui/spinner";
import { cn } from "@/lib/class-names";
import { formatBytes } from "@/lib/format";
import * as texts from "@/lib/texts";
import type { Attachment } from "./use-attachments";

interface AttachmentChipsProps {
  items: readonly Attachment[];
  onRemove: (id: string) => void;
}

export function AttachmentChips({ items, onRemove }: AttachmentChipsProps) {
  if (items.length === 0) return null;
  return (
    <ul aria-label={texts.attach.list} className="mb-2.5 flex flex-wrap gap-2">
      {items.map((item) => (
        <li
          key={item.id}
          className={cn(
            "flex h-11 max-w-full min-w-0 items-center gap-2 rounded-lg border border-line bg-panel pr-1 pl-1.5 text-sm",
            item.state === "failed" && "border-bad-line bg-bad-soft",
          )}
        >
          <Picture item={item} />
          <span className="min-w-0 leading-tight">
            <span className="block max-w-44 truncate" title={item.name}>
              {item.name}
            </span>
            <span
              role={item.state === "failed" ? "alert" : undefined}
              className={cn("block max-w-56 truncate text-2xs text-ink-3", item.state === "failed" && "text-bad")}
              title={item.problem}
            >
              {item.state === "uploading" ? texts.attach.uploading : (item.problem ?? formatBytes(item.size))}
            </span>
          </span>
          <button
            type="button"
            aria-label={texts.attach.remove(item.name)}
            onClick={() => onRemove(item.id)}
            className="grid size-6 shrink-0 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
          >
            <X aria-hidden className="size-3.5" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Picture({ item }: { item: Attachment }) {
  const source =
    item.preview ?? (item.image === undefined ? undefined : `data:${item.image.mimeType};base64,${item.image.data}`);
  if (source !== undefined && item.state !== "failed")
    return (
      <span className="relative shrink-0">
        {/* eslint-disable-next-line @next/next/no-img-element -- a file of the reader's own, not fetched */}
        <img src={source} alt="" className="size-8 rounded-md object-cover" />
        {item.state === "uploading" ? (
          <span className="absolute inset-0 grid place-items-center rounded-md bg-card/70">
            <Spinner className="size-3.5" />
          </span>
        ) : null}
      </span>
    );
  return (
    <span className="grid size-8 shrink-0 place-items-center rounded-md bg-code text-ink-3">
      {item.state === "uploading" ? (
        <Spinner className="size-3.5" />
      ) : item.state === "failed" ? (
        <TriangleAlert aria-hidden className="size-4 text-bad" />
      ) : (
        <FileText aria-hidden className="size-4" />
      )}
    </span>
  );
}
