/**
 * Which environment variables a session's author may set.
 * Refused are names that the platform sets, that make a loader or interpreter run other code, or that would send the
 * agent past the broker. One table, used by the CRD (as CEL), the backend, the operator and the runner.
 */

const FORBIDDEN_PREFIXES = [
  "PILOTHOUSE_",
  "LD_",
  "DYLD_",
  "KUBERNETES_",
  "GIT_CONFIG",
  "NPM_CONFIG_",
  "npm_config_",
  "BASH_FUNC_",
  // Where traces go is the installation's and the project's to say.
  "OTEL_EXPORTER_",
  "LANGFUSE_",
  "LANGSMITH_",
  "LANGCHAIN_",
];

const FORBIDDEN_NAMES = [
  "PATH",
  "HOME",
  "USER",
  "SHELL",
  "TMPDIR",
  "POD_IP",
  "POD_NAME",
  "POD_NAMESPACE",
  "RUNNER_TYPE",
  "NODE_OPTIONS",
  "NODE_PATH",
  "NODE_COMPILE_CACHE",
  "NODE_V8_COVERAGE",
  "NODE_REDIRECT_WARNINGS",
  "NODE_EXTRA_CA_CERTS",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "BUN_OPTIONS",
  "BASH_ENV",
  "ENV",
  "PROMPT_COMMAND",
  "PYTHONPATH",
  "PYTHONSTARTUP",
  "PYTHONHOME",
  "PERL5LIB",
  "PERL5OPT",
  "RUBYOPT",
  "RUBYLIB",
  "JAVA_TOOL_OPTIONS",
  "GIT_SSH",
  "GIT_SSH_COMMAND",
  "GIT_ASKPASS",
  "GIT_EXEC_PATH",
  "GIT_PROXY_COMMAND",
  "GIT_EXTERNAL_DIFF",
  "GIT_TEMPLATE_DIR",
  "SSH_ASKPASS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_BASE_URL",
  "ANTHROPIC_CUSTOM_HEADERS",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CONFIG_DIR",
  "CLAUDE_CODE_USE_BEDROCK",
  "CLAUDE_CODE_USE_VERTEX",
  "IS_SANDBOX",
  "GEMINI_API_KEY",
  "GOOGLE_API_KEY",
  "GOOGLE_GEMINI_BASE_URL",
  "GOOGLE_VERTEX_BASE_URL",
  "GEMINI_CLI_HOME",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "OPENAI_API_BASE",
];

const NAME_PATTERN = "^[A-Za-z_][A-Za-z0-9_]*$";

/** The names that are not refused, as the pattern of a JSON Schema. No name of the table means anything to a pattern. */
export const ENVIRONMENT_NAME = NAME_PATTERN.replace(
  "^",
  `^(?!(?:${FORBIDDEN_NAMES.join("|")})$)(?!${FORBIDDEN_PREFIXES.join("|")})`,
);

/** Why a name is refused, or undefined when a session may set it. */
export function forbiddenEnvironmentName(name: string): string | undefined {
  if (name.length > 253 || !new RegExp(NAME_PATTERN).test(name))
    return `${name}: not a valid environment variable name`;
  if (FORBIDDEN_NAMES.includes(name)) return `${name}: set by the platform, or able to change what it runs`;
  const prefix = FORBIDDEN_PREFIXES.find((candidate) => name.startsWith(candidate));
  return prefix === undefined ? undefined : `${name}: names that start with ${prefix} are reserved`;
}

const quote = (text: string): string => `'${text}'`;

/** The same table as CEL rules over a map, for the CRD. */
export const FORBIDDEN_ENVIRONMENT_RULES = [
  {
    rule: `self.all(name, name.matches('${NAME_PATTERN}'))`,
    message: "environment variable names must match [A-Za-z_][A-Za-z0-9_]*",
  },
  {
    rule: `self.all(name, !(name in [${FORBIDDEN_NAMES.map(quote).join(", ")}]))`,
    message: "an environment variable that the platform sets, or that changes what it runs, cannot be set",
  },
  {
    rule: `self.all(name, ${FORBIDDEN_PREFIXES.map((prefix) => `!name.startsWith(${quote(prefix)})`).join(" && ")})`,
    message: `environment variable names must not start with ${FORBIDDEN_PREFIXES.join(", ")}`,
  },
];
