import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile } from '../tooling/json-file.ts';

/** Where a person reaches the parts of a run: of each kind, by name, first the one on the port of the settings. */
export interface Addresses {
  /** The AWS endpoint. */
  readonly aws: string;
  readonly apis: Readonly<Record<string, string>>;
  readonly sites: Readonly<Record<string, string>>;
  /** `host:port` of each Kafka cluster's plaintext listener. */
  readonly clusters: Readonly<Record<string, string>>;
  /** Ready-made URLs. */
  readonly databases: Readonly<Record<string, string>>;
}

/** The file by which commands find a run. It exists while the run is up, and is left behind when the run is killed. */
export function addressesFileOf(dataDir: string): string {
  return join(dataDir, 'addresses.json');
}

/** The addresses of the run in a data folder; undefined until it is up. */
export function readAddresses(dataDir: string): Addresses | undefined {
  return readJsonFile(addressesFileOf(dataDir));
}

/** Tells commands where the run is, until `cleanup` is disposed. */
export async function publishAddresses(
  dataDir: string,
  addresses: Addresses,
  cleanup: AsyncDisposableStack,
): Promise<void> {
  await writeAddresses(dataDir, addresses);
  cleanup.defer(() => rm(addressesFileOf(dataDir), { force: true }));
}

/** Tells commands other addresses, while the run is up. */
export async function writeAddresses(dataDir: string, addresses: Addresses): Promise<void> {
  await writeFile(addressesFileOf(dataDir), JSON.stringify(addresses, undefined, 2), { mode: 0o600 });
}
