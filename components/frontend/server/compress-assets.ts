/**
 * Compresses the built scripts and styles once, as small as Brotli makes them, so that the server sends files instead of
 * compressing at every request. Part of `npm run build`; without it the pages' own server sends gzip.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { ASSET_SUFFIX, assetFolder } from "./static-assets.ts";

const compress = promisify(brotliCompress);

const folder = assetFolder(fileURLToPath(new URL("..", import.meta.url)), process.env);
for (const name of await readdir(folder, { recursive: true })) {
  if (!/\.(js|css|svg)$/.test(name)) continue;
  const content = await readFile(join(folder, name));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(join(folder, `${name}${ASSET_SUFFIX}`), await compress(content, { params }));
}
