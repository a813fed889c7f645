import { seededRandom } from '../../chaos/random.ts';
import { type Pace, runClosedLoop } from './closed-loop.ts';
import { someOrder } from './orders.ts';
import { newHttpClient } from './requests.ts';

/** What a generator of load is asked for, as JSON on its command line. */
export interface LoadRequest extends Pace {
  /** Where the API is. */
  readonly api: string;
  readonly seed: number;
  /** Reads these, each as often as the others; without it, orders are placed. */
  readonly paths?: readonly string[];
}

// A process of its own, so that its work is told from that of everybody else. It prints what it has measured, as JSON.
const { api, seed, paths, ...pace } = JSON.parse(process.argv[2] ?? '') as LoadRequest;
const random = seededRandom(seed);
const send = newHttpClient(api, pace.clients);
const measured = await runClosedLoop(pace, () => send(paths ? random.pick(paths) : someOrder(random)));
console.log(JSON.stringify(measured));
// Not before its connections time out otherwise.
process.exit();
