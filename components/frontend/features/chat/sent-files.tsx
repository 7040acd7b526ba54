import { FileText } from "lucide-react";
import * as texts from "@/lib/texts";

/** Files that went with a message, by name; the whole path on hover. */
export function SentFiles({ paths }: { paths: readonly string[] }) {
  if (paths.length === 0) return null;
  return (
    <ul aria-label={texts.attach.list} className="flex flex-wrap gap-1.5 whitespace-normal">
      {paths.map((path) => (
        <li
          key={path}
          title={path}
          className="flex min-w-0 items-center gap-1.5 rounded-md border border-line bg-card px-2 py-1 text-sm"
        >
          <FileText aria-hidden className="size-3.5 shrink-0 text-ink-3" />
          <span className="truncate">{path.split("/").at(-1)}</span>
        </li>
      ))}
    </ul>
  );
}
