import { join } from 'node:path';
import { loadAuthority } from '../../local/tls/authority.ts';
import { dataDirOption, newCommand, nonEmpty, runCommand } from '../../tooling/command-line.ts';
import { claimDataDir } from '../../tooling/data-dir.ts';
import { issuerPortOption } from './issuer-port.ts';
import { userToken } from './user-token.ts';

await runCommand(
  newCommand(
    'npm run --silent token --',
    'Prints an access token of the issuer that `npm run issuer` runs, for five minutes: curl -H "authorization: Bearer $(npm run --silent token -- alice)" ...',
  )
    .argument('<user>', 'whose orders it is good for', nonEmpty)
    .option('--operator', 'may read everybody’s orders')
    .addOption(issuerPortOption())
    .addOption(dataDirOption())
    .action(async (user, { operator, issuerPort, dataDir }) => {
      claimDataDir(dataDir);
      const { certificatePem } = await loadAuthority(join(dataDir, 'tls'), 'public');
      const parameters = { user, ...(operator ? ({ role: 'operator' } as const) : {}) };
      console.log(await userToken({ port: issuerPort, ca: certificatePem, parameters }));
    }),
);
