import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../../../tooling/paths.ts';

/** The packages that the managed runtime brings: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html. Here they are this project's. */
const PROVIDED = ['@aws-sdk', '@smithy'];

/** Makes the folder that stands for `/var/runtime`, with the AWS SDK, or brings it up to date. */
export async function makeRuntimeFolder(folder: string): Promise<void> {
  const packages = join(folder, 'node_modules');
  await mkdir(packages, { recursive: true });
  for (const scope of PROVIDED) {
    await rm(join(packages, scope), { force: true });
    await symlink(join(REPOSITORY, 'node_modules', scope), join(packages, scope));
  }
}
