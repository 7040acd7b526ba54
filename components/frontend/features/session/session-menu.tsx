"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { CopyPlus, Download, Ellipsis, Link2, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/menu";
import { toast } from "@/components/ui/toast";
import { api } from "@/lib/api/paths";
import { useAccess, useAllowed } from "@/lib/api/queries";
import { messageOf } from "@/lib/api/request";
import { sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { useLentCommands } from "../palette/commands";
import type { useSessionActions } from "./use-session-actions";

interface SessionMenuProps {
  project: string;
  session: AgenticSession;
  actions: ReturnType<typeof useSessionActions>;
}

const glyph = "size-4 text-ink-3";
const MAXIMUM_NAME = 50;

export function SessionMenu({ project, session, actions }: SessionMenuProps) {
  const { name } = session.metadata;
  const canUpdate = useAllowed(project, "updateSessions") === true;
  const canCreate = useAllowed(project, "createSessions") === true;
  const canDelete = useAllowed(project, "deleteSessions") === true;
  const { data: access } = useAccess(project);
  const isLimited = access !== undefined && !(canUpdate && canCreate && canDelete);
  const state = sessionState(session);
  const [open, setOpen] = useState<"rename" | "delete">();

  function copyLink(): void {
    navigator.clipboard.writeText(location.href).then(
      () => toast(texts.common.copied),
      (error: unknown) => toast(messageOf(error), "bad"),
    );
  }

  const words = texts.session;
  useLentCommands([
    ...(canUpdate && state.isEnded ? [{ id: "resume", label: words.resume, run: () => actions.start.mutate() }] : []),
    ...(canUpdate ? [{ id: "rename", label: words.rename, run: () => setOpen("rename") }] : []),
    ...(canCreate ? [{ id: "duplicate", label: words.clone, run: () => actions.clone.mutate() }] : []),
    { id: "copy-link", label: words.copyLink, keywords: ["share"], run: copyLink },
    { id: "markdown", label: words.exportMarkdown, run: () => location.assign(api.export(project, name, "markdown")) },
    { id: "json", label: words.exportJson, run: () => location.assign(api.export(project, name, "json")) },
    ...(canUpdate && state.isLive ? [{ id: "stop", label: words.stop, run: () => actions.stop.mutate() }] : []),
    ...(canDelete ? [{ id: "delete", label: words.delete, run: () => setOpen("delete") }] : []),
  ]);

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
        {isLimited ? <MenuLabel>{words.roleLimits(access.userRole)}</MenuLabel> : null}
      </Menu>
      {/* Made anew each time, so that it begins with the name of now. */}
      {open === "rename" ? (
        <RenameDialog
          onClose={() => setOpen(undefined)}
          initial={shortened(sessionTitle(session))}
          rename={actions.rename}
        />
      ) : null}
      <Confirm
        open={open === "delete"}
        onOpenChange={(isOpen) => setOpen(isOpen ? "delete" : undefined)}
        title={texts.sessions.deleteNamed(sessionTitle(session))}
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
  rename: ReturnType<typeof useSessionActions>["rename"];
}

/** At most what a name may have, and no half of a letter at its end. */
function shortened(title: string): string {
  const letters = Array.from(new Intl.Segmenter().segment(title), ({ segment }) => segment);
  let short = "";
  for (const letter of letters)
    if (short.length + letter.length <= MAXIMUM_NAME) short += letter;
    else break;
  return short;
}

/** Stays until the new name is kept: what was typed is not lost when the server cannot be reached. */
function RenameDialog({ onClose, initial, rename }: RenameDialogProps) {
  const [title, setTitle] = useState(initial);
  return (
    <Dialog open onOpenChange={(isOpen) => isOpen || onClose()} title={texts.session.renameTitle} className="max-w-md">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!rename.isPending) rename.mutate(title.trim(), { onSuccess: onClose });
        }}
      >
        <Field label={texts.create.name}>
          {(ids) => (
            <Input
              {...ids}
              value={title}
              maxLength={MAXIMUM_NAME}
              autoFocus
              required
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <Button
          type="submit"
          variant="primary"
          disabled={title.trim() === "" || rename.isPending}
          className="justify-self-end"
        >
          {texts.common.save}
        </Button>
      </form>
    </Dialog>
  );
}
