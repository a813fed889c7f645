import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssetManifestArtifact, CloudAssembly, type CloudFormationStackArtifact } from '@aws-cdk/cloud-assembly-api';
import { UserError } from '../../tooling/errors.ts';
import type { Stack, Template } from './template.ts';

/** @throws UserError when a folder holds no cloud assembly */
export function requireAssembly(dir: string): void {
  if (existsSync(join(dir, 'manifest.json'))) return;
  throw new UserError(`${dir} contains no cloud assembly. Run "cdk synth --output ${dir}" first.`);
}

/** The stacks of a cloud assembly, each after those it depends on. @throws UserError when the folder holds none, or a macro would change one */
export function loadAssembly(dir: string): Stack[] {
  requireAssembly(dir);
  return new CloudAssembly(dir).stacksRecursively.map((artifact) => ({
    name: artifact.stackName,
    template: withoutMacros(artifact),
    parameters: artifact.parameters,
    assets: assetsOf(artifact),
  }));
}

/** The macro of `AWS::Serverless` changes resources of that service alone, which are looked at like all others. */
function withoutMacros({ stackName, template }: CloudFormationStackArtifact): Template {
  const { Transform = [] } = template as Template;
  const others = [Transform].flat().filter((macro) => macro !== 'AWS::Serverless-2016-10-31');
  if (others.length === 0) return template as Template;
  throw new UserError(
    `The local runner runs no macros of CloudFormation, and the stack ${stackName} has ${others.map((each) => JSON.stringify(each)).join(', ')} as its Transform. Run the app without it.`,
  );
}

function assetsOf(artifact: CloudFormationStackArtifact): Map<string, string> {
  const assets = new Map<string, string>();
  for (const manifest of artifact.dependencies.filter((a) => AssetManifestArtifact.isAssetManifestArtifact(a))) {
    for (const { source, destinations } of Object.values(manifest.contents.files ?? {})) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) {
        assets.set(objectKey, join(artifact.assembly.directory, source.path));
      }
    }
  }
  return assets;
}
