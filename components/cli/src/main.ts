/** The `pilothouse` command. */
import { Command, InvalidArgumentError, Option } from "commander";
import { check } from "./commands/check.ts";
import { down } from "./commands/down.ts";
import { test } from "./commands/test.ts";
import { token } from "./commands/token.ts";
import { up } from "./commands/up.ts";
import { CliError } from "./errors.ts";

const collect = (value: string, former: string[]): string[] => [...former, value];

function integer(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`a whole number from ${least} to ${most} is expected.`);
    }
    return value;
  };
}

const dataDir = () =>
  new Option("--data-dir <folder>", "where state is kept (default: $PILOTHOUSE_HOME or ~/.pilothouse)");

const program = new Command("pilothouse").description("AI agent sessions on Kubernetes.").showHelpAfterError();

program
  .command("up")
  .description("start everything on this machine and print the link to sign in")
  .addOption(dataDir())
  .option(
    "--port <number>",
    "port of the web interface (default: the former one, or 4400; 0 = any)",
    integer(0, 65_535),
  )
  .option("--detach", "return once it is ready and leave it running")
  .option("--simulate-model", "answer the agent by a scripted model on this machine: a demo without any key")
  .option("--no-ui", "leave the web interface out: the APIs alone, for automation and small machines")
  .option(
    "--share <folder>",
    "a folder that sessions may read, for repositories at file:// addresses (repeatable)",
    collect,
    [],
  )
  .action(up);

program.command("down").description("stop what up started").addOption(dataDir()).action(down);

program
  .command("token")
  .description("print a bearer token for a local user")
  .requiredOption("--user <name>", "user name")
  .option("--group <name>", "group of the user (repeatable)", collect, [])
  .option("--expires <seconds>", "lifetime", integer(60, 31_536_000), 24 * 60 * 60)
  .addOption(dataDir())
  .action(token);

program
  .command("check")
  .description("type check, lint, format and generated files; with --fix, mend what can be mended")
  .option("--fix", "format and fix")
  .action(check);

program
  .command("test")
  .description("everything that CI runs")
  .addOption(new Option("--only <suite>", "one suite").choices(["check", "unit", "browser"]))
  .action(test);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`pilothouse: ${error.message}\n`);
  process.exit(error.exitCode);
}
