"use client";
/** Folders that open in place. Each is read when it is first opened. */
import type { WorkspaceEntry } from "@pilothouse/contracts";
import { ChevronRight, File, Folder, MoreHorizontal } from "lucide-react";
import { type DragEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice, Skeleton } from "@/components/ui/feedback";
import { Menu, MenuItem } from "@/components/ui/menu";
import { api } from "@/lib/api/paths";
import { messageOf } from "@/lib/api/request";
import { cn } from "@/lib/class-names";
import { formatBytes } from "@/lib/format";
import * as texts from "@/lib/texts";
import { useFolder, type Workspace } from "./use-workspace";

const words = texts.panels;

export interface FileActions {
  readonly workspace: Workspace;
  open: (file: WorkspaceEntry) => void;
  remove: (entry: WorkspaceEntry) => void;
  /** Puts dropped files into a folder. */
  drop: (folder: string, files: readonly File[]) => void;
}

/** Deep folders keep their names in sight on a narrow panel. */
const INDENTS = ["pl-1", "pl-5", "pl-9", "pl-13", "pl-17", "pl-21"];

export function FileTree({ path, depth, actions }: { path: string; depth: number; actions: FileActions }) {
  const { data, error } = useFolder(actions.workspace, path);
  const indent = INDENTS[Math.min(depth, INDENTS.length - 1)];
  if (error !== null) return <Notice title={messageOf(error)} className="my-1" />;
  if (data === undefined) return <Skeleton className="my-1 h-6" />;
  if (data.length === 0) return <p className={cn("px-2 py-1 text-sm text-ink-3", indent)}>{words.noFiles}</p>;
  return (
    <ul>
      {data.map((entry) =>
        entry.isDir ? (
          <FolderRow key={entry.path} entry={entry} depth={depth} actions={actions} />
        ) : (
          <EntryRow
            key={entry.path}
            entry={entry}
            indent={indent}
            actions={actions}
            icon={<File aria-hidden className="ml-4.5 size-4 shrink-0 text-ink-3" />}
            onOpen={() => actions.open(entry)}
          />
        ),
      )}
    </ul>
  );
}

function FolderRow({ entry, depth, actions }: { entry: WorkspaceEntry; depth: number; actions: FileActions }) {
  const [isOpen, setOpen] = useState(false);
  const [isOver, setOver] = useState(false);
  const canDrop = actions.workspace.canWrite;
  return (
    <li
      className={cn("rounded-lg", isOver && "bg-accent-soft")}
      onDragOver={(event) => {
        if (!canDrop) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event: DragEvent) => {
        if (!canDrop) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        setOpen(true);
        actions.drop(entry.path, [...event.dataTransfer.files]);
      }}
    >
      <EntryRow
        as="div"
        entry={entry}
        indent={INDENTS[Math.min(depth, INDENTS.length - 1)]}
        actions={actions}
        isOpen={isOpen}
        icon={
          <>
            <ChevronRight
              aria-hidden
              className={cn("size-3.5 shrink-0 text-ink-3 transition-transform duration-100", isOpen && "rotate-90")}
            />
            <Folder aria-hidden className="size-4 shrink-0 text-accent" />
          </>
        }
        onOpen={() => setOpen(!isOpen)}
      />
      {isOpen ? <FileTree path={entry.path} depth={depth + 1} actions={actions} /> : null}
    </li>
  );
}

interface EntryRowProps {
  as?: "li" | "div";
  entry: WorkspaceEntry;
  indent: string | undefined;
  icon: React.ReactNode;
  actions: FileActions;
  isOpen?: boolean;
  onOpen: () => void;
}

function EntryRow({ as: Element = "li", entry, indent, icon, actions, isOpen, onOpen }: EntryRowProps) {
  const { workspace } = actions;
  const download = entry.isDir
    ? api.filesZip(workspace.project, workspace.session, entry.path)
    : api.workspaceFile(workspace.project, workspace.session, entry.path);
  return (
    <Element className="group flex items-center rounded-lg hover:bg-hover">
      <button
        type="button"
        {...(isOpen === undefined ? {} : { "aria-expanded": isOpen })}
        onClick={onOpen}
        className={cn("flex min-w-0 flex-1 items-center gap-1.5 rounded-lg py-1 pr-1 text-left", indent)}
      >
        {icon}
        <span className="min-w-0 flex-1 truncate">{entry.name}</span>
        <span className="text-xs text-ink-3 tabular">{entry.isDir ? "" : formatBytes(entry.size)}</span>
      </button>
      <Menu
        align="end"
        trigger={
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={words.actionsOf(entry.name)}
            className="opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 data-[state=open]:opacity-100 pointer-coarse:opacity-100"
          >
            <MoreHorizontal aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuItem asChild>
          <a href={download} download={entry.isDir ? `${entry.name}.zip` : entry.name}>
            {entry.isDir ? words.downloadZip : words.download}
          </a>
        </MenuItem>
        {workspace.canWrite ? (
          <MenuItem className="text-bad" onSelect={() => actions.remove(entry)}>
            {texts.common.delete}
          </MenuItem>
        ) : null}
      </Menu>
    </Element>
  );
}
