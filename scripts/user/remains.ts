import {
  ACCESS_LOG_DAYS,
  DEAD_LETTER_DAYS,
  KAFKA_DAYS,
  KAFKA_SEGMENT_DAYS,
  LOG_GRACE_DAYS,
  TRACE_DAYS,
} from '../../infra/config/retention.ts';
import { STAGES } from '../../infra/config/stage.ts';
import type { Target } from '../target.ts';

/** What still tells of a user who is erased. */
export interface Remains {
  readonly what: string;
  /** After how many days it is gone by itself, at the latest; undefined when somebody has to see to it. */
  readonly days: number | undefined;
}

const EVENTS: Remains = {
  what: 'events on the Kafka topics orders and order-confirmations, by user and with what was ordered',
  days: KAFKA_DAYS + KAFKA_SEGMENT_DAYS,
};
const DEAD_LETTERS: Remains = {
  what: 'dead letters on orders-dlt, if there are any of the user (npm run dlt -- list); do not replay them',
  days: DEAD_LETTER_DAYS + KAFKA_SEGMENT_DAYS,
};

/** What no command can erase, what goes first at first. docs/operations.md says why. */
export function remainsOf(target: Target): Remains[] {
  const remains =
    'dataDir' in target ? [EVENTS, DEAD_LETTERS, ...LOCAL] : [EVENTS, DEAD_LETTERS, ...onAws(target.stage)];
  return remains.sort(
    (one, other) => (one.days ?? Number.POSITIVE_INFINITY) - (other.days ?? Number.POSITIVE_INFINITY),
  );
}

const LOCAL: readonly Remains[] = [
  { what: 'run.log and run.log.1 of the data folder, until two starts from now', days: undefined },
];

function onAws(name: keyof typeof STAGES): Remains[] {
  const { logRetention, database, disposable } = STAGES[name];
  const logDays = logRetention + LOG_GRACE_DAYS;
  return [
    { what: 'automated backups of the shards', days: database.backupDays + 1 },
    { what: 'the log of consume-orders, whose confirmations name the user and what was ordered', days: logDays },
    { what: "the API's access log, which has the caller's id of requests with a token", days: logDays },
    { what: 'traces of requests in X-Ray, with their addresses', days: TRACE_DAYS },
    ...(disposable
      ? []
      : [
          {
            what: 'access logs of the receipts bucket and of the site, with the addresses of requests',
            days: ACCESS_LOG_DAYS + 1,
          },
        ]),
    {
      what: 'snapshots, instances of a restore, and shards that the map no longer has: delete them, or erase the user again after a restore',
      days: undefined,
    },
    { what: "the user's sign-in, at the issuer of tokens", days: undefined },
  ];
}
