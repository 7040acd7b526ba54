"use client";
/** Asks before something that cannot be taken back. */
import { useState } from "react";
import * as texts from "@/lib/texts";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field, Input } from "./field";

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  action: string;
  /** What must be typed first, for what is gravest. */
  phrase?: string;
  pending?: boolean;
  onConfirm: () => void;
}

export function Confirm({
  open,
  onOpenChange,
  title,
  description,
  action,
  phrase,
  pending = false,
  onConfirm,
}: ConfirmProps) {
  const [typed, setTyped] = useState("");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title} description={description} className="max-w-md">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          onConfirm();
        }}
      >
        {phrase === undefined ? null : (
          <Field label={texts.common.typeToConfirm(phrase)}>
            {(ids) => (
              <Input {...ids} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
            )}
          </Field>
        )}
        <div className="flex justify-end gap-2">
          <Button variant="ghost" onClick={() => onOpenChange(false)}>
            {texts.common.cancel}
          </Button>
          <Button variant="danger" type="submit" disabled={pending || (phrase !== undefined && typed !== phrase)}>
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
