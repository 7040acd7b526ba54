"use client";
/** A new session that goes another way from a message: says what it takes along and what it does not. */
import { SessionResource } from "@pilothouse/contracts";
import { useMutation } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/feedback";
import { Field, Textarea } from "@/components/ui/field";
import { api, pages } from "@/lib/api/paths";
import { messageOf, request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useThreadStore } from "../thread/thread-context";
import { branchPrompt, branchRequest, historyUntil } from "./branch";
import type { SessionPlace } from "./chat-context";

interface BranchDialogProps {
  place: SessionPlace;
  entryKey: string;
  onClose: () => void;
}

export function BranchDialog({ place, entryKey, onClose }: BranchDialogProps) {
  const router = useRouter();
  const store = useThreadStore();
  const [task, setTask] = useState("");
  const history = useMemo(() => historyUntil(store.getState(), entryKey), [store, entryKey]);
  const branch = useMutation({
    mutationFn: async () => {
      const origin = await request(SessionResource, api.session(place.project, place.session));
      const body = branchRequest(origin, branchPrompt(history, task.trim()));
      return request(SessionResource, api.sessions(place.project), { method: "POST", body });
    },
    onSuccess: ({ metadata }) => {
      onClose();
      router.push(pages.session(place.project, metadata.name));
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => isOpen || onClose()}
      title={texts.branch.title}
      description={texts.branch.lead}
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          branch.mutate();
        }}
      >
        <ul className="grid gap-1.5 text-sm">
          <Fact isTaken text={texts.branch.messages(history.length)} />
          <Fact isTaken text={texts.branch.settings} />
          <Fact isTaken={false} text={texts.branch.files} />
          <Fact isTaken={false} text={texts.branch.tools} />
        </ul>
        <Field label={texts.branch.task}>
          {(ids) => (
            <Textarea
              {...ids}
              value={task}
              rows={4}
              autoFocus
              required
              onChange={(event) => setTask(event.target.value)}
            />
          )}
        </Field>
        {branch.error === null ? null : <Notice title={messageOf(branch.error)} />}
        <Button
          type="submit"
          variant="primary"
          disabled={task.trim() === "" || branch.isPending}
          className="justify-self-end"
        >
          {branch.isPending ? texts.branch.pending : texts.branch.submit}
        </Button>
      </form>
    </Dialog>
  );
}

function Fact({ isTaken, text }: { isTaken: boolean; text: string }) {
  const Icon = isTaken ? Check : X;
  return (
    <li className="grid grid-cols-[16px_1fr] gap-2">
      <Icon aria-hidden className={isTaken ? "mt-[3px] size-3.5 text-ok" : "mt-[3px] size-3.5 text-ink-3"} />
      <span>
        <span className="sr-only">{isTaken ? texts.branch.taken : texts.branch.left}: </span>
        {text}
      </span>
    </li>
  );
}
