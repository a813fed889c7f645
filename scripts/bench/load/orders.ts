import type { WantedOrder } from '../../chaos/load.ts';
import type { Random } from '../../chaos/random.ts';

/** The body of a request that places an order. */
export type OrderBody = WantedOrder['body'];

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const USERS_PER_LETTER = 40;

/** An order of one of 1,040 users, who are spread over all shards. */
export function someOrder(random: Random): OrderBody {
  return {
    user_id: `${random.pick(LETTERS)}bench${random.below(USERS_PER_LETTER)}`,
    product_name: `Mechanical Keyboard ${random.below(1_000)}`,
    quantity: 1 + random.below(20),
    price: (1 + random.below(100_000)) / 100,
  };
}
