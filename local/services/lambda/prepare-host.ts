import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REGION } from '../../aws-identity.ts';
import type { Run } from '../service.ts';
import { ownFileSystemIsPossible } from './file-system.ts';
import type { Host } from './function-pools.ts';
import { ProcessReaper } from './process-reaper.ts';
import { makeRuntimeFolder } from './runtime-folder.ts';

/** Prepares what the execution environments of a run have in common: the runtime's folder, certificates, and limits. */
export async function prepareHost(
  { settings, log, authorities }: Pick<Run, 'settings' | 'log' | 'authorities'>,
  { endpointUrl, httpsPort, connections }: { endpointUrl: string; httpsPort: number } & Pick<Host, 'connections'>,
): Promise<Host> {
  const [rds, trusted] = await Promise.all([authorities('rds'), authorities('public')]);
  const runtimeDir = join(settings.dataDir, 'lambda-runtime');
  await makeRuntimeFolder(runtimeDir);
  // AWS has the authorities of RDS in this file.
  await writeFile(join(runtimeDir, 'ca-cert.pem'), rds.certificatePem);
  return {
    endpointUrl,
    region: REGION,
    runtimeDir,
    httpsEndpoints: { trustedCertificates: [trusted.certificatePem], httpsPort },
    reaper: new ProcessReaper(log),
    processLimits: settings.processLimits,
    ownFileSystem: settings.processLimits && (await ownFileSystemIsPossible(runtimeDir, log)),
    connections,
  };
}
