import { newOrderBody } from '../contract/http/requests.ts';
import type { OrderRequest } from '../domain/order.ts';

/** The body of `POST /api/orders`, in the words of the domain. */
export const orderInput = newOrderBody.transform(
  (body): OrderRequest => ({
    userId: body.user_id,
    productName: body.product_name,
    quantity: body.quantity,
    price: body.price,
  }),
);
