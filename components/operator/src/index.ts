// The operator as a library, for whoever starts it in its own process or beside others.
export { loadConfiguration, type Configuration } from "./configuration/configuration.ts";
export { startOperator, type OperatorOptions, type RunningOperator } from "./operator.ts";
