/** Between runner and backend: the transcript of a session, by its uid. */
import { z } from "zod";

/** One numbered AG-UI event. Its shape is AG-UI's; the store keeps it as it came. */
export const TranscriptEntry = z.strictObject({
  seq: z.int().min(1),
  event: z.looseObject({ type: z.string().min(1).max(100) }),
});
export type TranscriptEntry = z.infer<typeof TranscriptEntry>;

export const MAXIMUM_TRANSCRIPT_BATCH = 5000;
export const AppendTranscriptRequest = z.array(TranscriptEntry).max(MAXIMUM_TRANSCRIPT_BATCH);
export const TranscriptPosition = z.object({ lastSeq: z.int().min(0) });
export type TranscriptPosition = z.infer<typeof TranscriptPosition>;

export const ArchiveKind = z.enum(["artifacts", "diff"]);
export type ArchiveKind = z.infer<typeof ArchiveKind>;
