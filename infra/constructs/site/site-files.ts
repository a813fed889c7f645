import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { buildFrontend } from '../../../frontend/build.ts';
import type { ShardRange } from '../../../functions/domain/shard-map.ts';
import type { JwtAuth } from '../../config/config.ts';

/** Where the page finds its settings. */
export const SETTINGS_FILE = 'config.json';

export const FRONTEND = resolve(import.meta.dirname, '../../../frontend');

export interface PageSettingsProps {
  /** For the page to say where an order lives. */
  readonly shards: readonly ShardRange[];
  /** Whose tokens the API takes; the page sends one then. */
  readonly auth: JwtAuth | undefined;
}

/** @param apiBaseUrl empty where the API is under the page's own address */
export function pageSettings({ shards, auth }: PageSettingsProps, apiBaseUrl: string) {
  if (auth === undefined) return { apiBaseUrl, shards, auth: 'none' };
  const { issuer, audience, userClaim, operatorClaim, signIn } = auth;
  return {
    apiBaseUrl,
    shards,
    auth: 'jwt',
    userClaim,
    operatorClaim,
    ...(signIn === undefined
      ? {}
      : {
          signIn: { issuer, audience, clientId: signIn.clientId, scopes: signIn.scopes, sentToken: signIn.sentToken },
        }),
  };
}

/** Makes an asset of FRONTEND the page's built files, and its settings among them where they are given. */
export function builtWith(settings?: ReturnType<typeof pageSettings>) {
  return {
    assetHashType: AssetHashType.OUTPUT,
    // The CDK builds once what it takes for the same, and does not look into a builder.
    ...(settings === undefined ? {} : { extraHash: JSON.stringify(settings) }),
    bundling: {
      image: DockerImage.fromRegistry('never-pulled'),
      local: {
        tryBundle(outputDir: string) {
          buildFrontend(outputDir);
          if (settings !== undefined) writeFileSync(join(outputDir, SETTINGS_FILE), JSON.stringify(settings));
          return true;
        },
      },
    },
  };
}
