import type { Running } from './running.ts';

/** Something that is up, as the commands know it; at its addresses nobody listens. */
export function runningFixture(differences: Partial<Running> = {}): Running {
  return {
    mode: 'processes',
    context: { target: 'localstack' },
    localStackUrl: 'http://127.0.0.1:1',
    apiUrl: 'http://127.0.0.1:1',
    kafka: '127.0.0.1:1',
    shards: ['127.0.0.1:1', '127.0.0.1:1'],
    passwords: { master: 'masterpass', application: 'orderpass' },
    ...differences,
  };
}
