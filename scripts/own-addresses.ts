import { type Addresses, readAddresses } from '../local/addresses.ts';
import { UserError } from '../tooling/errors.ts';

/** Where a run of this project is reached: it has one REST API, one site and one Kafka cluster. */
export interface OwnAddresses extends Pick<Addresses, 'aws' | 'databases'> {
  readonly api: string;
  readonly site: string;
  /** `host:port` of the plaintext listener. */
  readonly kafka: string;
}

/** The addresses of this project's run in a data folder; undefined until it is up. @throws UserError as {@link ownAddresses} */
export function readOwnAddresses(dataDir: string): OwnAddresses | undefined {
  const addresses = readAddresses(dataDir);
  return addresses && ownAddresses(addresses);
}

/** @throws UserError for the run of another app */
export function ownAddresses({ aws, databases, apis, sites, clusters }: Addresses): OwnAddresses {
  const [[api], [site], [kafka]] = [apis, sites, clusters].map((byName) => Object.values(byName)) as [
    (string | undefined)[],
    (string | undefined)[],
    (string | undefined)[],
  ];
  if (api === undefined || site === undefined || kafka === undefined) {
    throw new UserError('Another app runs in this data folder. Name that of a run of this project with --data-dir.');
  }
  return { aws, databases, api, site, kafka };
}
