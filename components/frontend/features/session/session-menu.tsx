"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { CopyPlus, Download, Ellipsis, Link2, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/paths";
import { useAllowed } from "@/lib/api/queries";
import { messageOf } from "@/lib/api/request";
import { sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import type { useSessionActions } from "./use-session-actions";

interface SessionMenuProps {
  project: string;
  session: AgenticSession;
  actions: ReturnType<typeof useSessionActions>;
}

const glyph = "size-4 text-ink-3";

export function SessionMenu({ project, session, actions }: SessionMenuProps) {
  const { name } = session.metadata;
  const canUpdate = useAllowed(project, "updateSessions") === true;
  const canCreate = useAllowed(project, "createSessions") === true;
  const canDelete = useAllowed(project, "deleteSessions") === true;
  const [open, setOpen] = useState<"rename" | "delete">();

  function copyLink(): void {
    navigator.clipboard.writeText(location.href).then(
      () => toast(texts.common.copied),
      (error: unknown) => toast(messageOf(error), "bad"),
    );
  }

  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button variant="ghost" size="icon-sm" aria-label={texts.session.actions}>
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuItem disabled={!canUpdate} onSelect={() => setOpen("rename")}>
          <Pencil aria-hidden className={glyph} />
          {texts.session.rename}
        </MenuItem>
        <MenuItem disabled={!canCreate} onSelect={() => actions.clone.mutate()}>
          <CopyPlus aria-hidden className={glyph} />
          {texts.session.clone}
        </MenuItem>
        <MenuItem onSelect={copyLink}>
          <Link2 aria-hidden className={glyph} />
          {texts.session.copyLink}
        </MenuItem>
        <MenuItem asChild>
          <a href={api.export(project, name, "markdown")} download>
            <Download aria-hidden className={glyph} />
            {texts.session.exportMarkdown}
          </a>
        </MenuItem>
        <MenuItem asChild>
          <a href={api.export(project, name, "json")} download>
            <Download aria-hidden className={glyph} />
            {texts.session.exportJson}
          </a>
        </MenuItem>
        <MenuSeparator />
        <MenuItem disabled={!canDelete} onSelect={() => setOpen("delete")} className="text-bad">
          <Trash2 aria-hidden className="size-4" />
          {texts.session.delete}
        </MenuItem>
      </Menu>
      {/* Made anew each time, so that it begins with the name of now. */}
      {open === "rename" ? (
        <RenameDialog
          onClose={() => setOpen(undefined)}
          initial={sessionTitle(session).slice(0, 50)}
          onRename={(title) => actions.rename.mutate(title)}
        />
      ) : null}
      <Confirm
        open={open === "delete"}
        onOpenChange={(isOpen) => setOpen(isOpen ? "delete" : undefined)}
        title={texts.sessions.deleteTitle(1)}
        description={texts.sessions.deleteLead}
        action={texts.common.delete}
        pending={actions.remove.isPending}
        onConfirm={() => actions.remove.mutate()}
      />
    </>
  );
}

interface RenameDialogProps {
  onClose: () => void;
  initial: string;
  onRename: (title: string) => void;
}

function RenameDialog({ onClose, initial, onRename }: RenameDialogProps) {
  const [title, setTitle] = useState(initial);
  return (
    <Dialog open onOpenChange={(isOpen) => isOpen || onClose()} title={texts.session.renameTitle} className="max-w-md">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onRename(title.trim());
          onClose();
        }}
      >
        <Field label={texts.create.name}>
          {(ids) => (
            <Input
              {...ids}
              value={title}
              maxLength={50}
              autoFocus
              required
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="primary" disabled={title.trim() === ""} className="justify-self-end">
          {texts.common.save}
        </Button>
      </form>
    </Dialog>
  );
}
