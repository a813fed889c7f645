import * as z from 'zod';
import { centsFromNumber, formatMoney } from '../domain/money.ts';
import { ORDER_LIMITS, type OrderRequest } from '../domain/order.ts';
import { userId } from '../http/order-fields.ts';

const { productNameCharacters, quantity, minimumPrice, maximumPrice } = ORDER_LIMITS;

const PRODUCT_NAME = `must have 1 to ${productNameCharacters} characters, none of them a control character`;
const QUANTITY = `must be a whole number from 1 to ${quantity}`;
const PRICE = `must be a number from ${formatMoney(minimumPrice)} to ${formatMoney(maximumPrice)} with at most 2 decimals`;

const productName = z.string({ error: PRODUCT_NAME }).refine(
  (name) => {
    // Counted as Postgres counts, in code points; a lone surrogate is no character at all.
    const characters = [...name].length;
    return characters >= 1 && characters <= productNameCharacters && name.isWellFormed() && !/\p{Cc}/u.test(name);
  },
  { error: PRODUCT_NAME },
);

const price = z.number({ error: PRICE }).transform((amount, context) => {
  const cents = centsFromNumber(amount);
  if (cents !== undefined && cents >= minimumPrice && cents <= maximumPrice) return cents;
  context.addIssue(PRICE);
  return z.NEVER;
});

/** The body of `POST /api/orders`. */
export const orderInput = z
  .strictObject(
    {
      user_id: userId,
      product_name: productName,
      quantity: z.int({ error: QUANTITY }).min(1, { error: QUANTITY }).max(quantity, { error: QUANTITY }),
      price,
    },
    { error: (issue) => (issue.code === 'invalid_type' ? 'must be a JSON object' : undefined) },
  )
  .transform(
    (body): OrderRequest => ({
      userId: body.user_id,
      productName: body.product_name,
      quantity: body.quantity,
      price: body.price,
    }),
  );
