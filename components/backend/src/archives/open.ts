/** Opens the place for archives that the configuration names. */
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { ConfigurationProblem } from "@pilothouse/server";
import type { BackendEnvironment } from "../configuration.ts";
import type { Store } from "../store/store.ts";
import { Archives } from "./archives.ts";
import type { Blobs } from "./blobs.ts";
import { DatabaseBlobs } from "./database.ts";
import { DirectoryBlobs } from "./directory.ts";
import { S3Blobs } from "./s3.ts";

/** @throws ConfigurationProblem when a part of the storage's configuration is missing */
export function openArchives(environment: BackendEnvironment, store: Store): Archives {
  return new Archives(openBlobs(environment, store), store);
}

function openBlobs(environment: BackendEnvironment, store: Store): Blobs {
  const { ARCHIVE_URL: address, DATABASE_URL, DATA_DIR } = environment;
  // Replicas that share a database share no folder.
  if (address === undefined) {
    return DATABASE_URL === undefined ? new DirectoryBlobs(join(DATA_DIR, "archives")) : new DatabaseBlobs(store);
  }
  if (address.startsWith("file:")) return new DirectoryBlobs(fileURLToPath(address));
  const { hostname: bucket, pathname } = new URL(address);
  const { S3_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new ConfigurationProblem(
      "configuration: ARCHIVE_URL: s3:// needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    );
  }
  return new S3Blobs({
    endpoint: environment.S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`,
    region,
    bucket,
    prefix: pathname.replaceAll(/^\/+|\/+$/g, ""),
    accessKeyId,
    secretAccessKey,
    sessionToken: environment.AWS_SESSION_TOKEN,
  });
}
