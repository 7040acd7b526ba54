"use client";
import { Kbd } from "@/components/ui/badge";
import { Dialog } from "@/components/ui/dialog";
import * as texts from "@/lib/texts";
import { SHORTCUTS } from "./shortcuts";

const inPlace = [{ label: texts.shortcuts.send, keys: ["Enter"] }];

export function ShortcutSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={texts.shortcuts.title} className="max-w-md">
      <dl className="grid gap-2">
        {[...SHORTCUTS, ...inPlace].map((shortcut) => (
          <div key={shortcut.label} className="flex items-center justify-between gap-4">
            <dt className="text-ink-2">{shortcut.label}</dt>
            <dd className="flex gap-1">
              {shortcut.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
