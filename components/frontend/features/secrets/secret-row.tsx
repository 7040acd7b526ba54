"use client";
/** One write-only secret: whether it is set, a field to replace it, a button to delete it. */
import type { SecretKeyState } from "@pilothouse/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Input } from "@/components/ui/field";
import { Time } from "@/components/ui/time";
import { toast } from "@/components/ui/toast";
import { command, messageOf } from "@/lib/api/request";
import * as texts from "@/lib/texts";

interface SecretRowProps {
  secret: SecretKeyState;
  usedBy: readonly string[];
  canManage: boolean;
  path: string;
  queryKey: readonly unknown[];
}

export function SecretRow({ secret, usedBy, canManage, path, queryKey }: SecretRowProps) {
  const client = useQueryClient();
  const [value, setValue] = useState("");
  const [isDeleting, setDeleting] = useState(false);
  const write = useMutation({
    mutationFn: (next: string | null) => command(path, { method: "PUT", body: { data: { [secret.name]: next } } }),
    onSuccess: async (_, next) => {
      setValue("");
      setDeleting(false);
      await client.invalidateQueries({ queryKey });
      toast(next === null ? texts.secrets.deleted(secret.name) : texts.secrets.saved(secret.name));
    },
    onError: (error) => toast(messageOf(error), "bad"),
  });
  return (
    <li className="grid gap-2.5 rounded-2xl border border-line bg-card p-4">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <h3 className="font-mono text-sm font-medium">{secret.name}</h3>
        <Badge tone={secret.set ? "ok" : "neutral"}>{secret.set ? texts.secrets.set : texts.secrets.notSet}</Badge>
        <span className="text-xs text-ink-3">
          {secret.updatedAt === null || !secret.set ? null : <Time at={secret.updatedAt} />}
        </span>
        <span className="ml-auto text-xs text-ink-3">
          {usedBy.length === 0 ? "" : texts.secrets.usedBy(usedBy.join(", "))}
        </span>
      </div>
      {canManage ? (
        <form
          className="flex gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (value.trim() !== "") write.mutate(value.trim());
          }}
        >
          <Input
            type="password"
            aria-label={texts.secrets.valueOf(secret.name)}
            placeholder={secret.set ? texts.secrets.placeholderSet : texts.secrets.placeholderNotSet}
            autoComplete="off"
            spellCheck={false}
            value={value}
            onChange={(event) => setValue(event.target.value)}
          />
          <Button type="submit" variant="primary" size="lg" disabled={value.trim() === "" || write.isPending}>
            {texts.common.save}
          </Button>
          {secret.set ? (
            <Button
              size="lg"
              variant="ghost"
              aria-label={`${texts.common.delete} ${secret.name}`}
              onClick={() => setDeleting(true)}
            >
              <Trash2 aria-hidden className="size-4" />
            </Button>
          ) : null}
        </form>
      ) : null}
      <Confirm
        open={isDeleting}
        onOpenChange={setDeleting}
        title={texts.secrets.deleteTitle(secret.name)}
        description={texts.secrets.deleteLead}
        action={texts.common.delete}
        pending={write.isPending}
        onConfirm={() => write.mutate(null)}
      />
    </li>
  );
}
