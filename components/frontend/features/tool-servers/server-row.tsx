"use client";
import type { McpServer } from "@pilothouse/contracts";
import { Pencil, X } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Switch } from "@/components/ui/switch";
import * as texts from "@/lib/texts";
import { summaryOf } from "./server-form";

const words = texts.toolServers;

interface ServerRowProps {
  name: string;
  server: McpServer;
  isOn: boolean;
  canChange: boolean;
  isBusy: boolean;
  onToggle: (isOn: boolean) => void;
  onEdit: () => void;
  onRemove: () => void;
}

export function ServerRow({ name, server, isOn, canChange, isBusy, onToggle, onEdit, onRemove }: ServerRowProps) {
  const [isRemoving, setRemoving] = useState(false);
  return (
    <li className="flex items-center gap-3 px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <span className="truncate font-medium">{name}</span>
          <span className="text-xs text-ink-3">{server.type}</span>
        </p>
        <p title={summaryOf(server)} className="truncate font-mono text-xs text-ink-2">
          {summaryOf(server)}
        </p>
      </div>
      {canChange ? (
        <>
          <Switch checked={isOn} disabled={isBusy} label={words.toggle(name)} onChange={onToggle} />
          <Button variant="ghost" size="icon-sm" aria-label={words.edit(name)} onClick={onEdit}>
            <Pencil aria-hidden className="size-3.5" />
          </Button>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={`${texts.common.remove} ${name}`}
            onClick={() => setRemoving(true)}
          >
            <X aria-hidden className="size-4" />
          </Button>
        </>
      ) : (
        <Badge tone={isOn ? "ok" : "neutral"}>{isOn ? words.enabled : words.disabled}</Badge>
      )}
      <Confirm
        open={isRemoving}
        onOpenChange={setRemoving}
        title={words.removeTitle(name)}
        description={words.removeLead}
        action={texts.common.remove}
        onConfirm={() => {
          setRemoving(false);
          onRemove();
        }}
      />
    </li>
  );
}
