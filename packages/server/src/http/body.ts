/** Request bodies: JSON alone, and an empty body is no body, so that `POST …/stop` needs neither body nor type. */
import { isUtf8 } from "node:buffer";
import type { FastifyInstance } from "fastify";
import { commonError } from "../errors/common-error.ts";

export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser(
    ["application/json", "application/merge-patch+json"],
    { parseAs: "buffer" },
    (request, body, done) => {
      if (body.length === 0) done(null, undefined);
      // Decoding would put U+FFFD in place of what is no UTF-8, and take what nobody has sent.
      else if (typeof body !== "string" && !isUtf8(body)) done(commonError("INVALID_BODY", "the body is not UTF-8"));
      else void parse(request, body.toString("utf8"), done);
    },
  );
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else done(commonError("INVALID_BODY", "the body must be JSON, sent as application/json"));
  });
}
