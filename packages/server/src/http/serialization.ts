/**
 * How requests are checked and answers are written. Requests are parsed by their schemas. Answers are checked against
 * theirs only when asked to (tests do): a list of a thousand sessions should not be parsed once more to be sent.
 */
import { validatorCompiler } from "fastify-type-provider-zod";
import type { FastifySchemaCompiler, FastifySerializerCompiler } from "fastify/types/schema.js";
import { z } from "zod";

/** Fastify hands a body that is not there over as null; to a schema it is absent, so that a body can be optional. */
export const compileValidator: FastifySchemaCompiler<z.ZodType> = (route) => {
  const validate = validatorCompiler(route);
  return route.httpPart === "body" ? (data: unknown) => validate(data ?? undefined) : validate;
};

/** `application/json` as Fastify's own serializer would write it. */
export function serializerCompiler(options: {
  readonly validate: boolean;
}): FastifySerializerCompiler<z.ZodType | { properties: z.ZodType }> {
  return ({ schema: given, method, url, httpStatus }) => {
    if (!options.validate) return (data) => JSON.stringify(data);
    const schema = given instanceof z.ZodType ? given : given.properties;
    return (data) => {
      const text = JSON.stringify(data);
      const result = schema.safeParse(JSON.parse(text));
      if (result.success) return text;
      throw new TypeError(`${method} ${url} → ${httpStatus}: ${z.prettifyError(result.error)}\n${text.slice(0, 2000)}`);
    };
  };
}
