import { join } from 'node:path';
import { InvalidArgumentError } from '@commander-js/extra-typings';
import { loadAuthority } from '../../local/tls/authority.ts';
import { dataDirOption, newCommand, runCommand } from '../../tooling/command-line.ts';
import { claimDataDir } from '../../tooling/data-dir.ts';
import { checkPorts } from '../../tooling/ports.ts';
import { runUntilSignal } from '../../tooling/signals.ts';
import { issuerPortOption } from './issuer-port.ts';
import { LOCAL_ISSUER_CONTEXT, type LocalIssuer, startLocalIssuer } from './local-issuer.ts';

const command = newCommand(
  'npm run issuer --',
  'Runs an OpenID Connect provider on this machine, until Ctrl-C, for trying out sign-in: anybody may sign in under any name.',
)
  .addOption(issuerPortOption())
  .option('--page <url>', 'where the dashboard is', address, 'http://localhost:3000/')
  .option('--operator <user...>', 'users who are operators', ['olivia'])
  .addOption(dataDirOption())
  .action(({ issuerPort, page, operator, dataDir }) =>
    runUntilSignal(
      async () => {
        await checkPorts([
          { port: issuerPort, part: 'the issuer', flag: '--issuer-port', variable: 'ORDERFLOW_ISSUER_PORT' },
        ]);
        claimDataDir(dataDir);
        // The functions of the local run trust it.
        const authority = await loadAuthority(join(dataDir, 'tls'), 'public');
        const certificate = await authority.issue('issuer');
        return startLocalIssuer({ certificate, port: issuerPort, page, operators: operator });
      },
      { up: readyText, stopped: 'Stopped.' },
    ),
  );

await runCommand(command);

/** An address as browsers write it: with a slash after the host. */
function address(text: string): string {
  if (URL.canParse(text)) return new URL(text).href;
  throw new InvalidArgumentError('It must be a URL such as http://localhost:3000/.');
}

function readyText({ url }: LocalIssuer): string {
  const context = Object.entries({ auth: 'jwt', issuer: url, ...LOCAL_ISSUER_CONTEXT });
  return [
    `The issuer is up: ${url}. Open it in your browser once, and accept its certificate. Then start the system:`,
    '',
    `npm start -- ${context.map(([key, value]) => `-c ${key}=${value}`).join(' ')}`,
  ].join('\n');
}
