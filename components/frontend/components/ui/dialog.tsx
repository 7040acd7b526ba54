"use client";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { focusHolder } from "@/lib/focus-return";
import { preloadOnUse } from "@/lib/preload";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Where the dialog stands: in the middle, or as a sheet along the left edge. */
  side?: "middle" | "left";
  /** Closed by its buttons alone: neither Escape nor a click beside it does. */
  isFirm?: boolean;
}

const loadWindow = () => import("./dialog-window").then((module) => ({ default: module.DialogWindow }));
const DialogWindow = lazy(loadWindow);
preloadOnUse(loadWindow);

/** Once opened it stays, so that it can say goodbye and give the focus back. */
export function Dialog(props: DialogProps) {
  const [wasOpened, setOpened] = useState(props.open);
  if (props.open && !wasOpened) setOpened(true);
  // Known before anything in the dialog takes the focus.
  const [wasOpen, setWasOpen] = useState(props.open);
  const [opener, setOpener] = useState(focusHolder);
  if (props.open !== wasOpen) {
    setWasOpen(props.open);
    if (props.open) setOpener(focusHolder);
  }
  return wasOpened ? (
    <Suspense>
      <DialogWindow {...props} opener={opener} />
    </Suspense>
  ) : null;
}
