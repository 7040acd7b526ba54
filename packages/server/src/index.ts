/** What our HTTP servers share. A component adds its routes, its error codes and who may call. */
export { ConfigurationProblem, readEnvironment } from "./configuration.ts";
export { HttpError, type HttpErrorOptions } from "./errors/http-error.ts";
export { COMMON_ERRORS, type CommonErrorCode } from "./errors/table.ts";
export { translateError } from "./errors/translate.ts";
export { abortOnClose } from "./http/closed.ts";
export { createLogger, describeError } from "./operations/logging.ts";
export { DURATION_BUCKETS, createRegistry, measureRequests } from "./operations/metrics.ts";
export { logRequests, type RequestLogOptions } from "./operations/request-log.ts";
export { runService, type Service } from "./process.ts";
export { BODY_LIMIT, createServer, type ServerOptions } from "./server.ts";
export {
  TracingEnvironment,
  noTracing,
  startTracing,
  type Attributes,
  type OutgoingCall,
  type Tracing,
} from "./tracing/tracing.ts";
