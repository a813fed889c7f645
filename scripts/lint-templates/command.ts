import { parseFlags } from '../../tooling/command-line.ts';
import { cacheDirOf } from '../../tooling/paths.ts';

export const HELP = `Usage: npm run lint-templates

Checks every CloudFormation template of both stages with cfn-lint. Needs Python 3.10 to 3.14; cfn-lint itself is installed into
the folder of downloads (ORDERFLOW_CACHE_DIR, by default the user cache) when it is not there yet.

  -h, --help   shows this text

The exit code is 0 when cfn-lint has nothing to say, 1 when it has or could not run, and 2 when the command is not understood.
`;

/** Where cfn-lint is, or is to be installed. */
export interface LintCommand {
  readonly cacheDir: string;
}

/**
 * Reads the command line and the environment.
 *
 * @param args the arguments after the script's name
 * @returns undefined when only the help is asked for
 * @throws UserError
 */
export function parseLintCommand(args: readonly string[], env: NodeJS.ProcessEnv): LintCommand | undefined {
  const { values } = parseFlags({ args: [...args], options: { help: { type: 'boolean', short: 'h' } } });
  return values.help ? undefined : { cacheDir: cacheDirOf(undefined, env) };
}
