"use client";
/** What stands around a conversation, in each of its states: thumbs, files on their way, messages that wait. */
import { AttachmentChips } from "../composer/attachment-chips";
import type { Outbox } from "../composer/outbox";
import { OutgoingMessages } from "../composer/outgoing-messages";
import { FeedbackButtons } from "../feedback/feedback-buttons";
import { StartupCard } from "../session/startup-card";
import { TaskGlyph } from "../tasks/task-list";

const nothing = () => undefined;

const outbox: Outbox = [
  { id: "1", text: "And then the tests, please.", files: [], state: { type: "accepted", isQueued: true } },
  {
    id: "2",
    text: "Use these numbers.",
    files: [{ name: "numbers.csv", size: 900, path: "uploads/numbers.csv" }],
    state: { type: "failed", reason: "The server cannot be reached. Check the connection and try again." },
  },
  { id: "3", text: "Thank you!", files: [], state: { type: "waiting" } },
];

export function GalleryParts() {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex items-center">
        <FeedbackButtons
          messageId="m"
          me="ada"
          items={[
            { messageId: "m", metaType: "thumbs_up", userId: "ada", createdAt: "2026-11-22T14:00:00Z" },
            {
              messageId: "m",
              metaType: "thumbs_down",
              userId: "grace",
              displayName: "Grace Hopper",
              comment: "Too long",
              createdAt: "2026-11-22T14:00:00Z",
            },
          ]}
          canGive
          onGive={nothing}
          onTakeBack={nothing}
        />
      </div>
      <AttachmentChips
        items={[
          { id: "1", name: "sessions.csv", size: 12_400, state: "ready", path: "uploads/sessions.csv" },
          { id: "2", name: "a-recording-with-a-rather-long-name.mp4", size: 8_400_000, state: "uploading" },
          { id: "3", name: "disk.img", size: 99_000_000, state: "failed", problem: "Larger than 10 MB" },
        ]}
        onRemove={nothing}
      />
      <div>
        <OutgoingMessages
          outbox={{ messages: outbox, write: nothing, retry: nothing, discard: () => Promise.resolve(true) }}
          canSend={false}
          onEdit={nothing}
        />
      </div>
      <p className="flex items-center gap-3 text-sm text-ink-2">
        {(["running", "completed", "failed", "stopped"] as const).map((status) => (
          <span key={status} className="flex items-center gap-1.5">
            <TaskGlyph status={status} />
            {status}
          </span>
        ))}
      </p>
      <StartupCard
        project="gallery"
        startup={{
          isFailed: true,
          reason: "repository web-app cannot be cloned: the branch release/9 does not exist",
          fix: "Check the address, the branch, and the token under Settings.",
          steps: [
            { id: "accepted", label: "Accepted", state: "done", detail: undefined },
            { id: "runner", label: "Starting the runner", state: "done", detail: undefined },
            { id: "repositories", label: "Cloning repositories", state: "failed", detail: undefined },
            { id: "agent", label: "Starting the agent", state: "todo", detail: undefined },
          ],
        }}
      />
    </div>
  );
}
