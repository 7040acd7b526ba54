"use client";
/**
 * Creates a session. With files, the task is not the session's first prompt but its first message: the session is made,
 * its files are put into its workspace as soon as that exists, and the message that names them goes after them.
 */
import { type CreateSessionRequest, SessionResource } from "@pilothouse/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { toast } from "@/components/ui/toast";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request, upload } from "@/lib/api/request";
import { randomId } from "@/lib/random-id";
import * as texts from "@/lib/texts";
import { freeName, type SentFile } from "../composer/attachments";
import { writeOutbox } from "../composer/outbox-storage";

const ASK_EVERY_MS = 500;
const WAIT_AT_MOST_MS = 120_000;

export interface Wish {
  readonly body: CreateSessionRequest;
  readonly files: readonly File[];
}

export function useCreateSession(project: string, onCreated: () => void) {
  const client = useQueryClient();
  const router = useRouter();
  // One key per wish: pressing twice, or again after a lost answer, makes one session; another wish makes another.
  const asked = useRef({ body: "", key: "" });
  const [progress, setProgress] = useState<string>();
  const create = useMutation({
    mutationFn: async ({ body, files }: Wish) => {
      const { initialPrompt = "", ...rest } = body;
      const asking = files.length === 0 ? body : { displayName: titleOf(initialPrompt), ...rest };
      const wish = JSON.stringify(asking);
      if (asked.current.body !== wish) asked.current = { body: wish, key: randomId() };
      const session = await request(SessionResource, api.sessions(project), {
        method: "POST",
        body: asking,
        headers: { "idempotency-key": asked.current.key },
      });
      // From here on the session exists: what goes wrong is said on its page, and the task waits there.
      if (files.length > 0) await deliver(session, initialPrompt, files);
      return session;
    },
    onSuccess: (session) => {
      onCreated();
      client.setQueryData(queryKeys.session(project, session.metadata.name), session);
      router.push(pages.session(project, session.metadata.name));
    },
  });

  async function deliver(session: SessionResource, prompt: string, files: readonly File[]): Promise<void> {
    const { name, uid } = session.metadata;
    const keep = (sent: readonly SentFile[]) =>
      writeOutbox(uid, [{ id: randomId(), text: prompt, files: [...sent], state: { type: "waiting" } }]);
    keep([]);
    setProgress(texts.create.waitingForRunner);
    if (!(await isRunning(name))) return toast(texts.create.neverStarted, "bad");
    const sent: SentFile[] = [];
    const failed: string[] = [];
    for (const [index, file] of files.entries()) {
      setProgress(texts.create.uploading(index, files.length));
      const free = freeName(
        file.name,
        sent.map((item) => item.name),
      );
      try {
        await upload(api.upload(project, name, free), file);
        sent.push({ name: free, size: file.size, path: `uploads/${free}` });
      } catch {
        failed.push(file.name);
      }
    }
    keep(sent);
    if (failed.length > 0) toast(texts.create.uploadFailed(failed.join(", ")), "bad");
  }

  async function isRunning(name: string): Promise<boolean> {
    const deadline = Date.now() + WAIT_AT_MOST_MS;
    while (Date.now() < deadline) {
      const { status } = await request(SessionResource, api.session(project, name));
      if (status?.phase === "Running") return true;
      if (status?.phase === "Failed" || status?.phase === "Stopped" || status?.phase === "Completed") return false;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
    return false;
  }

  return { create, progress };
}

/** What lists show of a session whose task came as a message. */
function titleOf(prompt: string): string {
  const line = prompt.trim().split("\n", 1)[0] ?? "";
  return line.length <= 50 ? line : `${line.slice(0, 49).trimEnd()}…`;
}
