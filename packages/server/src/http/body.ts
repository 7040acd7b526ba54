/** Request bodies: JSON alone, and an empty body is no body, so that `POST …/stop` needs neither body nor type. */
import type { FastifyInstance } from "fastify";
import { commonError } from "../errors/common-error.ts";

export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser(
    ["application/json", "application/merge-patch+json"],
    { parseAs: "string" },
    (request, body, done) => {
      if (body === "") done(null, undefined);
      else void parse(request, typeof body === "string" ? body : body.toString("utf8"), done);
    },
  );
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    if (body === "") done(null, undefined);
    else done(commonError("INVALID_BODY", "the body must be JSON, sent as application/json"));
  });
}
