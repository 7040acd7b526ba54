/** What many routes share: the path parameter, and the schemas of error answers. */
import { DnsLabel, ErrorBody } from "@pilothouse/contracts";
import { z } from "zod";

export const SessionParams = z.object({ id: DnsLabel.describe("The session's id") });

export const errorAnswers = { "4xx": ErrorBody, "5xx": ErrorBody } as const;

/** The body of a request that says everything by its address: none, or one without fields. */
export const NoFields = z.strictObject({}).optional().describe("No fields");

/** No content. */
export const Nothing = z.null().describe("No content");
