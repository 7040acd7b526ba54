/** A picture as a model may take it: as it is when it is small, else drawn smaller. Browser only; loaded when needed. */
import { isPicture, MAXIMUM_IMAGE_EDGE } from "./attachments";

const AS_IT_IS_BYTES = 200_000;
const QUALITIES = [0.85, 0.7, 0.5];
const WANTED_CHARACTERS = 350_000;

/** Undefined when the file is no picture that can be read. */
export async function imageData(file: File): Promise<{ mimeType: string; data: string } | undefined> {
  if (!isPicture(file.type)) return undefined;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, MAXIMUM_IMAGE_EDGE / Math.max(bitmap.width, bitmap.height));
    if (file.size <= AS_IT_IS_BYTES && scale === 1) return { mimeType: file.type, data: await base64Of(file) };
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    if (context === null) return undefined;
    // JPEG has no transparency: what shows through is white, as on paper.
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    for (const quality of QUALITIES) {
      const data = canvas.toDataURL("image/jpeg", quality).split(",")[1] ?? "";
      if (data.length <= WANTED_CHARACTERS || quality === QUALITIES.at(-1)) return { mimeType: "image/jpeg", data };
    }
    return undefined;
  } catch {
    return undefined; // Damaged, or of a kind that this browser cannot read: it goes as a file.
  }
}

/** In pieces: a call takes only so many arguments. */
async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}
