import * as z from 'zod';
import { centsFromNumber, formatMoney } from '../../domain/money.ts';
import { ORDER_LIMITS } from '../../domain/order.ts';
import { isProductName } from '../../domain/product-name.ts';

const { productNameCharacters, quantity: maximumQuantity, minimumPrice, maximumPrice } = ORDER_LIMITS;

export const USER_ID_RULE =
  'must start with a letter (A-Z or a-z), followed by at most 99 letters, digits, dots, dashes or underscores';
const PRODUCT_NAME = `must have 1 to ${productNameCharacters} characters, at least one of them visible, and no control characters, line separators or characters that override the direction of text`;
const QUANTITY = `must be a whole number from 1 to ${grouped(String(maximumQuantity))}`;
const PRICE = `must be a number from ${grouped(formatMoney(minimumPrice))} to ${grouped(formatMoney(maximumPrice))} with at most 2 decimals`;

export const userId = z
  .string({ error: USER_ID_RULE })
  .regex(ORDER_LIMITS.userId, { error: USER_ID_RULE })
  .meta({ description: 'Its beginning, in either case, decides the shard.' });

export const productName = z.string({ error: PRODUCT_NAME }).refine(isProductName, { error: PRODUCT_NAME }).meta({
  minLength: 1,
  maxLength: productNameCharacters,
  pattern: '\\S',
  description:
    'At least one visible character; no control characters, line or paragraph separators, and no characters that override or embed a direction of text.',
});

export const quantity = z
  .int({ error: QUANTITY })
  .min(1, { error: QUANTITY })
  .max(maximumQuantity, { error: QUANTITY });

/** Per piece; read into cents. */
export const price = z
  .number({ error: PRICE })
  .meta({
    minimum: Number(formatMoney(minimumPrice)),
    maximum: Number(formatMoney(maximumPrice)),
    description: 'Of one piece, in dollars, with at most 2 decimals.',
  })
  .transform((amount, context) => {
    const cents = centsFromNumber(amount);
    if (cents !== undefined && cents >= minimumPrice && cents <= maximumPrice) return cents;
    context.addIssue(PRICE);
    return z.NEVER;
  });

/** A number with its thousands apart, as the dashboard and the documentation write it: `1,000,000`. */
function grouped(number: string): string {
  return number.replace(/\B(?=(?:\d{3})+(?!\d))(?<!\.\d*)/g, ',');
}

export const orderId = z.guid().meta({ description: 'A UUID of version 7.' });
