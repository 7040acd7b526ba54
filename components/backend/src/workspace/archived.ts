/** The workspace of a session that no longer runs: its artifacts folder, out of the archive that its runner left. */
import type { Readable } from "node:stream";
import { ARTIFACTS, type Archives } from "../archives/archives.ts";
import { listFolder, openFile, zipFolder } from "../archives/tar.ts";
import { ApiError } from "../errors/api-error.ts";
import { notRunning, type RunnerAnswer } from "../runner/runner-client.ts";
import type { Session } from "../sessions/present.ts";

/** The runner's answer, or what is archived when no runner lives. */
export async function orArchived<T>(live: () => Promise<T>, archived: () => Promise<T>): Promise<T> {
  try {
    return await live();
  } catch (error) {
    if (!(error instanceof ApiError && error.code === "SESSION_NOT_RUNNING")) throw error;
    return archived();
  }
}

export class ArchivedFiles {
  readonly #archives: Archives;

  constructor(archives: Archives) {
    this.#archives = archives;
  }

  /** @throws ApiError SESSION_NOT_RUNNING when that place is not archived, NOT_FOUND when nothing was there */
  async list(session: Session, path: string) {
    const archive = await this.#open(session, path);
    if (archive === undefined) {
      if (path !== "" && path !== ARTIFACTS) throw absent(session, path);
      return { live: false, items: [] };
    }
    if (path === "") {
      archive.destroy();
      const modifiedAt = session.status?.completionTime ?? session.metadata.creationTimestamp ?? "";
      const folder = { name: ARTIFACTS, path: ARTIFACTS, isDir: true, size: 0, modifiedAt };
      return { live: false, items: [folder] };
    }
    const items = await listFolder(archive, inner(path));
    if (items === undefined) throw absent(session, path);
    return { live: false, items: items.map((item) => ({ ...item, path: `${ARTIFACTS}/${item.path}` })) };
  }

  async file(session: Session, path: string): Promise<Pick<RunnerAnswer, "headers" | "body">> {
    const archive = await this.#open(session, path);
    const file = archive === undefined ? undefined : await openFile(archive, inner(path));
    if (file === undefined) throw absent(session, path);
    const type = TYPES[/\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ""];
    return {
      headers: { "content-length": String(file.size), ...(type === undefined ? {} : { "content-type": type }) },
      body: file.body,
    };
  }

  async zip(session: Session, path: string): Promise<Readable> {
    const prefix = path === "" ? `${ARTIFACTS}/` : "";
    const archive = await this.#open(session, path);
    const zip = archive === undefined ? undefined : await zipFolder(archive, inner(path), prefix);
    if (zip === undefined) throw absent(session, path);
    return zip;
  }

  /** Undefined when it is known that nothing was left; without that the workspace alone could tell. */
  async #open(session: Session, path: string): Promise<Readable | undefined> {
    const isKept = path === "" || path === ARTIFACTS || path.startsWith(`${ARTIFACTS}/`);
    if (!isKept) throw notRunning(session);
    const archive = await this.#archives.open(session.metadata.uid);
    if (archive === undefined && session.status?.transcript?.complete !== true) throw notRunning(session);
    return archive;
  }
}

function inner(path: string): string {
  return path.slice(ARTIFACTS.length + 1);
}

function absent({ metadata }: Session, path: string): ApiError {
  return new ApiError("NOT_FOUND", `session ${metadata.name} has ended and left no ${path === "" ? ARTIFACTS : path}`);
}

/** What a browser may show; all else is bytes. */
const TYPES: Readonly<Record<string, string>> = {
  txt: "text/plain; charset=utf-8",
  md: "text/plain; charset=utf-8",
  log: "text/plain; charset=utf-8",
  csv: "text/plain; charset=utf-8",
  json: "application/json",
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
};
